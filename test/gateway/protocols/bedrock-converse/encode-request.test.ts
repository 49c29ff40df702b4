import { describe, expect, it } from "vitest";
import type { CallPart, FunctionTool, ResultPart } from "../../../../src-gateway/ir/part.ts";
import type { IrRequest } from "../../../../src-gateway/ir/request.ts";
import { bedrockConverseCodec, providerPath } from "../../../../src-gateway/protocols/bedrock-converse/codec.ts";
import type { EncodeTarget } from "../../../../src-gateway/protocols/codec.ts";
import { encodeTarget, irRequest, turn } from "../../../support/ir-request.ts";

const CLAUDE = "eu.anthropic.claude-sonnet-4-6-v1:0";
const encode = (request: IrRequest, target: Partial<EncodeTarget> & { model?: string } = {}) =>
  bedrockConverseCodec.encodeRequest(request, encodeTarget(target.model ?? CLAUDE, target));

const call = (id: string, name: string, args: string): CallPart => ({ kind: "call", id, name, args });
const result = (id: string, text: string, more: Partial<ResultPart> = {}): ResultPart => ({
  kind: "result",
  id,
  parts: [{ kind: "text", text }],
  isError: false,
  ...more,
});
const weather: FunctionTool = {
  kind: "function",
  name: "weather",
  description: "Weather of a city",
  schema: { type: "object", properties: { city: { type: "string" } } },
};
const pdf = (title?: string) =>
  ({
    kind: "document",
    blob: { data: "JVBERg==", mime: "application/pdf" },
    ...(title === undefined ? {} : { title }),
  }) as const;

describe("a request to Bedrock Converse", () => {
  it("names its model in the path, in one segment", () => {
    expect(providerPath("arn:aws:bedrock:eu-west-1:1:inference-profile/x", true)).toBe(
      "/model/arn%3Aaws%3Abedrock%3Aeu-west-1%3A1%3Ainference-profile%2Fx/converse-stream",
    );
    expect(providerPath("m", false)).toBe("/model/m/converse");
  });

  it("has leading system turns apart, and limits under their own names", () => {
    const request = irRequest(
      [turn("system", "Be brief."), turn("system", "Be kind."), turn("user", "Hi"), turn("system", "Note")],
      { maxOutputTokens: 100, temperature: 0.5, topP: 0.9, stop: ["END"], serviceTier: "flex" },
    );
    expect(encode(request)).toEqual({
      system: [{ text: "Be brief." }, { text: "Be kind." }],
      messages: [{ role: "user", content: [{ text: "Hi" }, { text: "Note" }] }],
      inferenceConfig: { maxTokens: 100, temperature: 0.5, topP: 0.9, stopSequences: ["END"] },
      serviceTier: { type: "flex" },
    });
  });

  it("asks for nothing that the client did not ask for", () => {
    expect(encode(irRequest([turn("user", "Hi")], { stop: [], serviceTier: "auto" }))).toEqual({
      messages: [{ role: "user", content: [{ text: "Hi" }] }],
    });
  });

  it("spells calls, results and tools", () => {
    const turns = [
      turn("user", "Weather?"),
      turn("assistant", call("a", "weather", '{"city":"Bern"}'), call("b", "weather", ""), call("c", "weather", "[1")),
      turn("user", result("a", "rain"), result("b", " "), result("c", "bad", { isError: true })),
    ];
    expect(encode(irRequest(turns, { tools: [weather], toolChoice: { mode: "auto" } }))).toEqual({
      messages: [
        { role: "user", content: [{ text: "Weather?" }] },
        {
          role: "assistant",
          content: [
            { toolUse: { toolUseId: "a", name: "weather", input: { city: "Bern" } } },
            { toolUse: { toolUseId: "b", name: "weather", input: {} } },
            { toolUse: { toolUseId: "c", name: "weather", input: { _raw: "[1" } } },
          ],
        },
        {
          role: "user",
          content: [
            { toolResult: { toolUseId: "a", content: [{ text: "rain" }] } },
            { toolResult: { toolUseId: "b", content: [{ text: "(no output)" }] } },
            { toolResult: { toolUseId: "c", content: [{ text: "bad" }], status: "error" } },
          ],
        },
      ],
      toolConfig: {
        tools: [
          { toolSpec: { name: "weather", description: "Weather of a city", inputSchema: { json: weather.schema } } },
        ],
        toolChoice: { auto: {} },
      },
    });
  });

  it.each([
    [{ mode: "required" }, { any: {} }],
    [{ mode: "named", name: "weather" }, { tool: { name: "weather" } }],
    [undefined, undefined],
  ] as const)("says the tool choice %j", (toolChoice, expected) => {
    const request = irRequest([turn("user", "Hi")], { tools: [weather], ...(toolChoice ? { toolChoice } : {}) });
    expect(encode(request)["toolConfig"]).toEqual({
      tools: [expect.anything()],
      ...(expected ? { toolChoice: expected } : {}),
    });
  });

  it("keeps only the tools that may be called", () => {
    const tools = [weather, { ...weather, name: "now" }];
    const request = irRequest([turn("user", "Hi")], { tools, toolChoice: { mode: "required", allowed: ["now"] } });
    expect(encode(request)["toolConfig"]).toMatchObject({ tools: [{ toolSpec: { name: "now" } }] });
  });

  it("has no word for the choice none: tools go, unless the history needs them", () => {
    const none: Partial<IrRequest> = { tools: [weather], toolChoice: { mode: "none" } };
    expect(encode(irRequest([turn("user", "Hi")], none))).not.toHaveProperty("toolConfig");
    const history = [turn("user", "Hi"), turn("assistant", call("a", "weather", "{}")), turn("user", result("a", "x"))];
    expect(encode(irRequest(history, none))["toolConfig"]).toEqual({
      tools: [{ toolSpec: expect.objectContaining({ name: "weather" }) }],
    });
  });

  it("declares the tools of the history when the request has none", () => {
    const turns = [
      turn("user", "Hi"),
      turn("assistant", call("a", "weather", "{}"), call("b", "now", "{}"), call("c", "weather", "{}")),
      turn("user", result("a", "1"), result("b", "2"), result("c", "3")),
    ];
    const inputSchema = { json: { type: "object", properties: {} } };
    expect(encode(irRequest(turns))["toolConfig"]).toEqual({
      tools: [{ toolSpec: { name: "weather", inputSchema } }, { toolSpec: { name: "now", inputSchema } }],
    });
  });

  it("leaves out blank descriptions, gives schemas their type, and says strict only where it is known to be taken", () => {
    const tools: FunctionTool[] = [
      { kind: "function", name: "a", description: " \n", schema: { properties: {} }, strict: true },
    ];
    const toolSpec = { name: "a", inputSchema: { json: { type: "object", properties: {} } } };
    const request = irRequest([turn("user", "Hi")], { tools });
    expect(encode(request)["toolConfig"]).toEqual({ tools: [{ toolSpec }] });
    expect(encode(request, { profile: { structuredOutput: true } })["toolConfig"]).toEqual({
      tools: [{ toolSpec: { ...toolSpec, strict: true } }],
    });
  });

  it("sends no blank text and no message without content, and still alternates", () => {
    const turns = [turn("user", "Hi"), turn("assistant", " "), turn("user", "", "again"), turn("assistant", "so: \n")];
    expect(encode(irRequest(turns))["messages"]).toEqual([
      { role: "user", content: [{ text: "Hi" }, { text: "again" }] },
      { role: "assistant", content: [{ text: "so:" }] },
    ]);
    expect(encode(irRequest([turn("user", " ")]))["messages"]).toEqual([
      { role: "user", content: [{ text: "(empty message)" }] },
    ]);
  });

  it("gives documents legal names of their own, and a text beside them", () => {
    const turns = [
      turn("user", pdf("Bericht: 2026/Q1 (final).pdf"), pdf("../../x"), pdf()),
      turn("assistant", "Read."),
      turn("user", "And this?", pdf("x"), pdf("Document 2"), pdf()),
    ];
    const messages = encode(irRequest(turns))["messages"] as { content: { document?: { name: string } }[] }[];
    const names = messages.flatMap(({ content }) => content.flatMap(({ document }) => document?.name ?? []));
    expect(names).toEqual(["Bericht 2026 Q1 (final) pdf", "x", "Document", "x 2", "Document 2", "Document 3"]);
    expect(messages[0]?.content.at(-1)).toEqual({ text: "See the attached document." });
    expect(messages[0]?.content[0]).toMatchObject({ document: { format: "pdf", source: { bytes: "JVBERg==" } } });
    expect(messages[2]?.content).toHaveLength(4);
  });

  it("takes images as bytes or from S3, also in results, and says so of others", () => {
    const image = (blob: { data: string; mime: string } | { url: string; mime?: string }) =>
      ({ kind: "image", blob }) as const;
    const png = { image: { format: "png", source: { bytes: "iVBORw==" } } };
    const turns = [
      turn("user", image({ data: "iVBORw==", mime: "image/png" }), image({ url: "s3://b/k.jpg", mime: "image/jpg" })),
      turn("assistant", call("a", "shot", "{}")),
      turn("user", { ...result("a", ""), parts: [image({ data: "iVBORw==", mime: "image/png" })] }),
    ];
    expect(encode(irRequest(turns))["messages"]).toEqual([
      { role: "user", content: [png, { image: { format: "jpeg", source: { s3Location: { uri: "s3://b/k.jpg" } } } }] },
      { role: "assistant", content: [expect.anything()] },
      { role: "user", content: [{ toolResult: { toolUseId: "a", content: [png] } }] },
    ]);
    for (const blob of [
      { url: "https://x.example/a.png", mime: "image/png" },
      { data: "AA==", mime: "image/tiff" },
    ]) {
      expect(() => encode(irRequest([turn("user", image(blob))]))).toThrow(
        expect.objectContaining({ code: "unsupported_operation" }),
      );
    }
  });

  it("returns its own thoughts with their signature, and nobody else's", () => {
    const opaque = { wire: "bedrock-converse", value: "c2ln" } as const;
    const turns = [
      turn("user", "Hi"),
      turn(
        "assistant",
        { kind: "thinking", text: "", opaque },
        { kind: "thinking", text: "", redacted: true, opaque },
        { kind: "thinking", text: "unsigned" },
        { kind: "thinking", text: "unsigned by its maker", opaque: { ...opaque, value: "" } },
        { kind: "thinking", text: "foreign", opaque: { wire: "anthropic-messages", value: "x" } },
        "Hello",
      ),
      turn("user", "Go on"),
    ];
    expect((encode(irRequest(turns))["messages"] as unknown[])[1]).toEqual({
      role: "assistant",
      content: [
        { reasoningContent: { reasoningText: { text: "", signature: "c2ln" } } },
        { reasoningContent: { redactedContent: "c2ln" } },
        { text: "Hello" },
      ],
    });
  });

  it("leaves out a message of nothing but thoughts, unless more of it follows", () => {
    const thought = { kind: "thinking", text: "Hm", opaque: { wire: "bedrock-converse", value: "c2ln" } } as const;
    const turns = [turn("user", "Hi"), turn("assistant", thought), turn("user", "Well?")];
    expect(encode(irRequest(turns))["messages"]).toEqual([
      { role: "user", content: [{ text: "Hi" }, { text: "Well?" }] },
    ]);
    const more = [turn("user", "Hi"), turn("assistant", thought), turn("assistant", "Yes."), turn("user", "Good")];
    expect(encode(irRequest(more))["messages"]).toMatchObject([
      { role: "user" },
      { role: "assistant", content: [{ reasoningContent: expect.anything() }, { text: "Yes." }] },
      { role: "user" },
    ]);
  });

  it("turns cache marks into cache points behind what they stand on", () => {
    const marked = (text: string, ttl?: string) =>
      ({ kind: "text", text, cache: ttl === undefined ? {} : { ttl } }) as const;
    const turns = [turn("system", marked("Rules", "1h")), turn("user", marked("Hi", "30m"), marked("", "5m"))];
    const point = { cachePoint: { type: "default" } };
    const hour = { cachePoint: { type: "default", ttl: "1h" } };
    expect(encode(irRequest(turns, { tools: [{ ...weather, cache: { ttl: "1h" } }] }))).toMatchObject({
      system: [{ text: "Rules" }, hour],
      messages: [{ content: [{ text: "Hi" }, point, { cachePoint: { type: "default", ttl: "5m" } }] }],
      toolConfig: { tools: [{ toolSpec: { name: "weather" } }, hour] },
    });
    expect(encode(irRequest([turn("user", marked(""), "Hi")]))["messages"]).toEqual([
      { role: "user", content: [{ text: "Hi" }] },
    ]);
  });

  it.each([
    [{ mode: "manual", budgetTokens: 2048 }, { thinking: { type: "enabled", budget_tokens: 2048 } }],
    [{ budgetTokens: 0 }, { thinking: { type: "disabled" } }],
    [
      { mode: "adaptive", effort: "high", show: "summary" },
      { thinking: { type: "adaptive", display: "summarized" }, output_config: { effort: "high" } },
    ],
    [{ mode: "off" }, { thinking: { type: "disabled" } }],
  ] as const)("asks Claude to think: %j", (reasoning, expected) => {
    expect(encode(irRequest([turn("user", "Hi")], { reasoning }))["additionalModelRequestFields"]).toEqual(expected);
  });

  it("asks each family of models in its own fields", () => {
    const request = irRequest([turn("user", "Hi")], { topK: 40, reasoning: { effort: "xhigh" } });
    expect(encode(request, { model: "openai.gpt-oss-120b-1:0" })["additionalModelRequestFields"]).toEqual({
      top_k: 40,
      reasoning_effort: "xhigh",
    });
    expect(encode(request, { model: "us.amazon.nova-2-lite-v1:0" })["additionalModelRequestFields"]).toEqual({
      inferenceConfig: { topK: 40 },
      reasoningConfig: { type: "enabled", maxReasoningEffort: "high" },
    });
  });

  it("hands on a schema for the answer as text", () => {
    const output = { kind: "schema", name: "city", schema: { type: "object" } } as const;
    expect(encode(irRequest([turn("user", "Hi")], { output }))["outputConfig"]).toEqual({
      textFormat: { type: "json_schema", structure: { jsonSchema: { schema: '{"type":"object"}', name: "city" } } },
    });
  });
});
