import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../../src-gateway/ir/json.ts";
import type { Part, Turn } from "../../../../src-gateway/ir/part.ts";
import type { IrRequest } from "../../../../src-gateway/ir/request.ts";
import { geminiContentCodec as codec } from "../../../../src-gateway/protocols/gemini-content/codec.ts";
import { TARGET, targetWith } from "./targets.ts";

const foreign = (parts: Partial<IrRequest>): IrRequest => ({
  source: "openai-chat",
  model: "gemini-3-pro",
  stream: false,
  wantsUsage: false,
  turns: [],
  tools: [],
  home: {},
  ...parts,
});
const say = (role: Turn["role"], ...parts: Part[]): Turn => ({ role, parts });
const text = (words: string): Part => ({ kind: "text", text: words });

describe("a request of another wire", () => {
  const encode = (parts: Partial<IrRequest>, target = TARGET): JsonObject =>
    codec.encodeRequest(foreign(parts), target);

  it("is spelled in camelCase, without empty texts and empty turns", () => {
    const turns = [
      say("system", text("a")),
      say("system", text("b")),
      say("user", text(""), text("hi"), { kind: "image", blob: { url: "https://e.org/a.png", mime: "image/png" } }),
      say("assistant", text(""), { kind: "thinking", text: "" }),
      say("user", { kind: "document", blob: { data: "AA==", mime: "application/pdf" }, title: "never said" }),
    ];
    expect(encode({ turns, maxOutputTokens: 5, candidates: 2, stop: [], logprobs: {} })).toEqual({
      systemInstruction: { parts: [{ text: "a" }, { text: "b" }] },
      contents: [
        {
          role: "user",
          parts: [{ text: "hi" }, { fileData: { mimeType: "image/png", fileUri: "https://e.org/a.png" } }],
        },
        { role: "user", parts: [{ inlineData: { mimeType: "application/pdf", data: "AA==" } }] },
      ],
      generationConfig: { maxOutputTokens: 5, candidateCount: 2, responseLogprobs: true },
    });
  });

  it("has calls with objects as arguments, and results under output or error", () => {
    const longId = "x".repeat(65);
    const turns = [
      say(
        "assistant",
        { kind: "call", id: "c1", name: "f", args: "" },
        { kind: "call", id: longId, name: "g", args: '["a"]' },
        { kind: "call", id: "c3", name: "h", args: '{"a":', opaque: { wire: "gemini-content", value: "QQ==" } },
      ),
      say(
        "user",
        { kind: "result", id: "c1", parts: [text("a"), text("b")], isError: false },
        { kind: "result", id: longId, parts: [text("no")], isError: true },
        { kind: "result", id: "c3", name: "h", parts: [], isError: false },
      ),
    ];
    expect(encode({ turns })["contents"]).toEqual([
      {
        role: "model",
        parts: [
          { functionCall: { id: "c1", name: "f", args: {} } },
          { functionCall: { name: "g", args: { _raw: '["a"]' } } },
          { functionCall: { id: "c3", name: "h", args: { _raw: '{"a":' } }, thoughtSignature: "QQ==" },
        ],
      },
      {
        role: "user",
        parts: [
          { functionResponse: { id: "c1", name: "f", response: { output: "a\nb" } } },
          { functionResponse: { name: "g", response: { error: "no" } } },
          { functionResponse: { id: "c3", name: "h", response: { output: "" } } },
        ],
      },
    ]);
  });

  it("has media in results only where the model takes them", () => {
    const image: Part = { kind: "image", blob: { data: "AA==", mime: "image/png" } };
    const turns = [say("user", { kind: "result", id: "c", name: "f", parts: [image, text("x")], isError: false })];
    const response = { id: "c", name: "f", response: { output: "x" } };
    const contentsFor = (functionResponse: JsonObject) => [{ role: "user", parts: [{ functionResponse }] }];
    const parts = [{ inlineData: { mimeType: "image/png", data: "AA==" } }];
    expect(encode({ turns })["contents"]).toEqual(contentsFor(response));
    expect(encode({ turns }, targetWith({ resultMedia: true }))["contents"]).toEqual(
      contentsFor({ ...response, parts }),
    );
  });

  it("signs the first call of each turn for models that refuse unsigned ones", () => {
    const call = (id: string, signature?: string): Part => ({
      kind: "call",
      id,
      name: "f",
      args: "{}",
      ...(signature === undefined ? {} : { opaque: { wire: "gemini-content", value: signature } }),
    });
    const turns = [say("assistant", text("x"), call("a"), call("b")), say("assistant", call("c", "QQ=="), call("d"))];
    const signaturesFor = (target = TARGET) =>
      (encode({ turns }, target)["contents"] as { parts: JsonObject[] }[]).map(({ parts }) =>
        parts.map((part) => part["thoughtSignature"]),
      );
    const sentinel = "skip_thought_signature_validator";
    expect(signaturesFor(targetWith({ unsignedCalls: false }))).toEqual([
      [undefined, sentinel, undefined],
      ["QQ==", undefined],
    ]);
    expect(signaturesFor()).toEqual([
      [undefined, undefined, undefined],
      ["QQ==", undefined],
    ]);
  });

  it("declares functions in one list, and leaves out what says nothing", () => {
    const schema = { type: "object", properties: { a: { const: 1 } }, $schema: "https://json-schema.org/x" };
    const tools: IrRequest["tools"] = [
      { kind: "function", name: "f", description: "d", schema, strict: true },
      { kind: "function", name: "g", schema: { type: "object", properties: {}, additionalProperties: false } },
      { kind: "function", name: "h" },
    ];
    expect(encode({ tools })["tools"]).toEqual([
      {
        functionDeclarations: [
          { name: "f", description: "d", parametersJsonSchema: schema },
          { name: "g" },
          { name: "h" },
        ],
      },
    ]);
    expect(encode({ tools }, targetWith({}, "openapi-schema"))["tools"]).toEqual([
      {
        functionDeclarations: [
          {
            name: "f",
            description: "d",
            parameters: { type: "OBJECT", properties: { a: { type: "STRING", format: "enum", enum: ["1"] } } },
          },
          { name: "g" },
          { name: "h" },
        ],
      },
    ]);
    expect(encode({})).not.toHaveProperty("tools");
  });

  it.each<[IrRequest["toolChoice"], JsonObject]>([
    [{ mode: "auto" }, { mode: "AUTO" }],
    [{ mode: "none" }, { mode: "NONE" }],
    [{ mode: "required" }, { mode: "ANY" }],
    [
      { mode: "required", allowed: ["a", "b"] },
      { mode: "ANY", allowedFunctionNames: ["a", "b"] },
    ],
    [
      { mode: "auto", allowed: ["a"] },
      { mode: "VALIDATED", allowedFunctionNames: ["a"] },
    ],
    [
      { mode: "named", name: "a" },
      { mode: "ANY", allowedFunctionNames: ["a"] },
    ],
  ])("chooses tools: %j", (toolChoice, config) => {
    expect(encode({ toolChoice: toolChoice ?? { mode: "auto" } })["toolConfig"]).toEqual({
      functionCallingConfig: config,
    });
  });

  it.each<[IrRequest["reasoning"], JsonObject | undefined]>([
    [{ effort: "none" }, { thinkingLevel: "MINIMAL" }],
    [
      { effort: "max", show: "full" },
      { thinkingLevel: "HIGH", includeThoughts: true },
    ],
    [
      { budgetTokens: 0, show: "none" },
      { thinkingBudget: 0, includeThoughts: false },
    ],
    [{ mode: "off" }, { thinkingBudget: 0 }],
    // Never two knobs.
    [{ budgetTokens: 1024, effort: "low" }, { thinkingBudget: 1024 }],
    [{ home: {} }, undefined],
  ])("asks for thinking: %j", (reasoning, thinkingConfig) => {
    expect(encode({ reasoning: reasoning ?? {} })["generationConfig"]).toEqual(thinkingConfig && { thinkingConfig });
  });

  it("asks for a form of output", () => {
    const schema = { type: "object", properties: { a: { type: ["string", "null"] } }, additionalProperties: false };
    const encodeOutput = (output: IrRequest["output"], target = TARGET) =>
      encode({ output: output ?? { kind: "text" } }, target)["generationConfig"];
    const responseMimeType = "application/json";
    expect(encodeOutput({ kind: "json" })).toEqual({ responseMimeType });
    expect(encodeOutput({ kind: "schema", schema, name: "x" })).toEqual({
      responseMimeType,
      responseJsonSchema: schema,
    });
    expect(encodeOutput({ kind: "schema", schema }, targetWith({}, "openapi-schema"))).toEqual({
      responseMimeType,
      responseSchema: { type: "OBJECT", properties: { a: { type: "STRING", nullable: true } } },
    });
  });
});
