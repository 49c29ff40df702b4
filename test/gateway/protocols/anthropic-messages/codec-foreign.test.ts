import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../../src-gateway/ir/json.ts";
import type { Part, Turn } from "../../../../src-gateway/ir/part.ts";
import type { IrRequest } from "../../../../src-gateway/ir/request.ts";
import { anthropicMessagesCodec as codec } from "../../../../src-gateway/protocols/anthropic-messages/codec.ts";

/** A request of a Chat client, fitted to this wire. */
function encode(parts: Partial<IrRequest>): JsonObject {
  const request: IrRequest = {
    source: "openai-chat",
    model: "alias",
    stream: false,
    wantsUsage: false,
    turns: [],
    tools: [],
    maxOutputTokens: 99,
    home: {},
    ...parts,
  };
  return codec.encodeRequest(request, { model: "claude-x", profile: {}, compat: new Set() });
}
const text = (value: string, cache?: { ttl?: string }): Part => ({
  kind: "text",
  text: value,
  ...(cache ? { cache } : {}),
});
const turn = (role: Turn["role"], ...parts: Part[]): Turn => ({ role, parts });
const messages = (...turns: Turn[]) => encode({ turns })["messages"];

describe("a request of another wire", () => {
  it("has its system turns in front joined into the prompt, and later ones in their place", () => {
    const turns = [turn("system", text("a")), turn("system", text(""), text("b")), turn("user", text("hi"))];
    expect(encode({ turns: [...turns, turn("system", text("late"))] })).toEqual({
      model: "claude-x",
      max_tokens: 99,
      system: [
        { type: "text", text: "a" },
        { type: "text", text: "b" },
      ],
      messages: [
        { role: "user", content: [{ type: "text", text: "hi" }] },
        { role: "system", content: [{ type: "text", text: "late" }] },
      ],
    });
  });

  it("has no blank text, no turn without content, and no white space at the end of a prefill", () => {
    const list = messages(
      turn("user", text(""), text("hi"), text(" \n")),
      turn("assistant", text("")),
      turn("user", text("go")),
      turn("assistant", text("So: \n")),
    );
    expect(list).toEqual([
      { role: "user", content: [{ type: "text", text: "hi" }] },
      { role: "user", content: [{ type: "text", text: "go" }] },
      { role: "assistant", content: [{ type: "text", text: "So:" }] },
    ]);
  });

  it.each([
    ["", {}],
    ["  ", {}],
    ["{}", {}],
    ['{"a":1}', { a: 1 }],
    ["[1]", { _raw: "[1]" }],
    ["null", { _raw: "null" }],
    ['{"a":', { _raw: '{"a":' }],
  ])("has an object for the arguments %j", (args, input) => {
    expect(messages(turn("assistant", { kind: "call", id: "c", name: "f", args }))).toEqual([
      { role: "assistant", content: [{ type: "tool_use", id: "c", name: "f", input }] },
    ]);
  });

  it("says errors, keeps media in results, and gives an error without a word one", () => {
    const image: Part = { kind: "image", blob: { data: "aGk=", mime: "image/png" } };
    const list = messages(
      turn(
        "user",
        { kind: "result", id: "a", parts: [text("bad")], isError: true },
        { kind: "result", id: "b", parts: [image, text("")], isError: false },
        { kind: "result", id: "c", parts: [], isError: false },
        { kind: "result", id: "d", parts: [], isError: true },
      ),
    );
    expect(list).toEqual([
      {
        role: "user",
        content: [
          { type: "tool_result", tool_use_id: "a", content: [{ type: "text", text: "bad" }], is_error: true },
          {
            type: "tool_result",
            tool_use_id: "b",
            content: [{ type: "image", source: { type: "base64", media_type: "image/png", data: "aGk=" } }],
          },
          { type: "tool_result", tool_use_id: "c" },
          { type: "tool_result", tool_use_id: "d", content: expect.stringMatching(/./) as string, is_error: true },
        ],
      },
    ]);
  });

  it("has plain text documents as text, others as bytes, and no audio", () => {
    const list = messages(
      turn(
        "user",
        {
          kind: "document",
          blob: { data: Buffer.from("Grüße").toString("base64"), mime: "text/markdown" },
          title: "t.md",
        },
        { kind: "document", blob: { data: "JVBE", mime: "application/pdf" } },
        { kind: "audio", blob: { data: "UklG", mime: "audio/wav" } },
        { kind: "image", blob: { url: "https://example.org/a.png" }, detail: "high" },
      ),
    );
    expect(list).toEqual([
      {
        role: "user",
        content: [
          { type: "document", source: { type: "text", media_type: "text/plain", data: "Grüße" }, title: "t.md" },
          { type: "document", source: { type: "base64", media_type: "application/pdf", data: "JVBE" } },
          { type: "image", source: { type: "url", url: "https://example.org/a.png" } },
        ],
      },
    ]);
  });

  it("has thinking only with a signature, and nothing that is another wire's own", () => {
    const list = messages(
      turn(
        "assistant",
        { kind: "thinking", text: "unsigned" },
        { kind: "thinking", text: "signed", opaque: { wire: "anthropic-messages", value: "S" }, cache: {} },
        { kind: "thinking", text: "", redacted: true },
        { kind: "native", wire: "openai-responses", type: "web_search_call", raw: { type: "web_search_call" } },
        { kind: "refusal", text: "No." },
        { ...text("cited"), citations: [{ url: "https://example.org", start: 0, end: 5 }] } as Part,
      ),
    );
    expect(list).toEqual([
      {
        role: "assistant",
        content: [
          { type: "thinking", thinking: "signed", signature: "S" },
          { type: "text", text: "No." },
          { type: "text", text: "cited" },
        ],
      },
    ]);
  });

  it("keeps the last four cache marks, with lifetimes that exist and never grow", () => {
    const tool = { kind: "function" as const, name: "f", cache: { ttl: "1h" } };
    const json = encode({
      tools: [tool, { ...tool, name: "g" }],
      turns: [
        turn("system", text("s", { ttl: "1h" })),
        turn("user", text("a", { ttl: "30m" }), text(" ", {})),
        turn("user", { kind: "result", id: "r", parts: [text("in", {})], isError: false, cache: { ttl: "1h" } }),
      ],
    });
    const input_schema = { type: "object", properties: {} };
    const mark = { type: "ephemeral" };
    expect(json["tools"]).toEqual([
      { name: "f", input_schema },
      { name: "g", input_schema },
    ]);
    expect(json["system"]).toEqual([{ type: "text", text: "s", cache_control: { ...mark, ttl: "1h" } }]);
    expect(json["messages"]).toEqual([
      { role: "user", content: [{ type: "text", text: "a", cache_control: mark }] },
      {
        role: "user",
        content: [
          {
            type: "tool_result",
            tool_use_id: "r",
            content: [{ type: "text", text: "in", cache_control: mark }],
            cache_control: mark,
          },
        ],
      },
    ]);
  });

  it("leaves the marks of its own clients alone, however many they are", () => {
    const content = [1, 2, 3, 4, 5].map((n) => ({
      type: "text",
      text: `${n}`,
      cache_control: { type: "ephemeral", ttl: "2h" },
    }));
    const request = { model: "m", max_tokens: 1, messages: [{ role: "user", content }] };
    const decoded = codec.decodeRequest(request, {
      surface: "messages",
      pathModel: null,
      pathMethod: null,
      query: "",
    });
    expect(codec.encodeRequest(decoded, { model: "m", profile: {}, compat: new Set() })).toEqual(request);
  });

  it("has a schema with a type at the root for every tool, and only tools that the wire has", () => {
    const schema = { properties: { a: {} }, $defs: {} };
    const tools = encode({
      tools: [
        { kind: "function", name: "f", description: "d", schema, strict: null },
        { kind: "custom", name: "c" },
        { kind: "native", wire: "openai-responses", type: "web_search", raw: { type: "web_search" } },
      ],
    })["tools"];
    expect(tools).toEqual([{ name: "f", description: "d", input_schema: { ...schema, type: "object" } }]);
  });

  const tools: IrRequest["tools"] = [{ kind: "function", name: "f" }];
  it.each<[Partial<IrRequest>, unknown]>([
    [{}, undefined],
    [{ parallelTools: true }, undefined],
    [{ parallelTools: false }, { type: "auto", disable_parallel_tool_use: true }],
    [{ toolChoice: { mode: "none" }, parallelTools: false }, { type: "none" }],
    [
      { toolChoice: { mode: "required" }, parallelTools: false },
      { type: "any", disable_parallel_tool_use: true },
    ],
    [
      { toolChoice: { mode: "named", name: "f" }, parallelTools: true },
      { type: "tool", name: "f" },
    ],
    [{ toolChoice: { mode: "required" }, tools: [] }, undefined],
  ])("with %j has the tool choice %j", (parts, choice) => {
    expect(encode({ tools, ...parts })["tool_choice"]).toEqual(choice);
  });

  it.each<[IrRequest["reasoning"], JsonObject]>([
    [{ mode: "off", effort: "none" }, { thinking: { type: "disabled" } }],
    [
      { mode: "manual", budgetTokens: 8192, show: "none" },
      { thinking: { type: "enabled", budget_tokens: 8192, display: "omitted" } },
    ],
    [
      { mode: "adaptive", effort: "minimal", show: "full" },
      { thinking: { type: "adaptive", display: "summarized" }, output_config: { effort: "low" } },
    ],
    [
      { mode: "adaptive", effort: "max" },
      { thinking: { type: "adaptive" }, output_config: { effort: "max" } },
    ],
  ])("spells the reasoning %j", (reasoning, fields) => {
    const { model: _, messages: __, max_tokens: ___, ...rest } = encode({ reasoning: reasoning ?? {} });
    expect(rest).toEqual(fields);
  });

  it("spells the rest of its fields, and none that the wire lacks", () => {
    const json = encode({
      stop: ["X"],
      temperature: 0.1,
      topP: 0.2,
      topK: 3,
      endUser: "u",
      serviceTier: "flex",
      seed: 1,
      metadata: { a: "b" },
      output: { kind: "json" },
      stream: true,
    });
    expect(json).toEqual({
      model: "claude-x",
      messages: [],
      max_tokens: 99,
      stop_sequences: ["X"],
      temperature: 0.1,
      top_p: 0.2,
      top_k: 3,
      metadata: { user_id: "u" },
      stream: true,
    });
  });
});

describe("a schema for structured output", () => {
  const format = (schema: JsonObject) =>
    (encode({ output: { kind: "schema", name: "n", strict: true, schema } })["output_config"] as JsonObject)["format"];
  const restricted = (schema: JsonObject) => (format(schema) as JsonObject)["schema"];

  it("says limits in words, closes objects, and keeps what is allowed", () => {
    const schema = {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      type: "object",
      description: "A thing.",
      additionalProperties: { type: "string" },
      required: ["n"],
      properties: {
        n: { type: "number", minimum: 1, exclusiveMaximum: 10, multipleOf: 0.5 },
        s: { type: "string", description: "Text.", minLength: 2, maxLength: 9, pattern: "^a+$", format: "email" },
        f: { type: "string", format: "color" },
        l: {
          type: "array",
          minItems: 1,
          maxItems: 3,
          uniqueItems: true,
          items: { type: "object", properties: { x: { oneOf: [{ type: "null" }, { type: "integer", maximum: 2 }] } } },
        },
        e: { enum: ["a", 1, null], default: "a" },
        r: { $ref: "#/$defs/d", description: "beside" },
        two: { type: "array", minItems: 2, uniqueItems: false },
      },
      $defs: { d: { type: "object" } },
    };
    expect(format(schema)).toEqual({ type: "json_schema", schema: restricted(schema) });
    expect(restricted(schema)).toEqual({
      type: "object",
      description: "A thing.",
      additionalProperties: false,
      required: ["n"],
      properties: {
        n: { type: "number", description: "Must be: at least 1; less than 10; a multiple of 0.5." },
        s: {
          type: "string",
          format: "email",
          description: "Text.\nMust be: at least 2 characters; at most 9 characters; matching the pattern ^a+$.",
        },
        f: { type: "string", description: "Must be: in the format color." },
        l: {
          type: "array",
          minItems: 1,
          description: "Must be: at most 3 items; no item twice.",
          items: {
            type: "object",
            additionalProperties: false,
            properties: { x: { anyOf: [{ type: "null" }, { type: "integer", description: "Must be: at most 2." }] } },
          },
        },
        e: { enum: ["a", 1, null], default: "a" },
        r: { $ref: "#/$defs/d" },
        two: { type: "array", description: "Must be: at least 2 items." },
      },
      $defs: { d: { type: "object", properties: {}, additionalProperties: false } },
    });
  });

  it("keeps properties and definitions that are called like a keyword", () => {
    const names = [
      "minimum",
      "pattern",
      "format",
      "additionalProperties",
      "oneOf",
      "$ref",
      "enum",
      "items",
      "__proto__",
    ];
    const properties = Object.fromEntries(names.map((name) => [name, { type: "string" }]));
    expect(restricted({ type: "object", properties, $defs: properties })).toEqual({
      type: "object",
      properties,
      $defs: properties,
      additionalProperties: false,
    });
  });
});
