import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../../src-gateway/ir/json.ts";
import type { Part, Turn } from "../../../../src-gateway/ir/part.ts";
import type { IrRequest } from "../../../../src-gateway/ir/request.ts";
import { geminiContentCodec as codec } from "../../../../src-gateway/protocols/gemini-content/codec.ts";
import { REQUEST_TARGET, TARGET, targetWith } from "./targets.ts";

const decode = (json: JsonObject): IrRequest => codec.decodeRequest(json, REQUEST_TARGET);
/** The part without what only its own wire needs. */
const decodePart = (raw: JsonObject): Part | undefined => {
  const part = decode({ contents: [{ parts: [raw] }] }).turns[0]?.parts[0];
  if (!part) return part;
  const { home: _, ...bare } = part;
  return bare as Part;
};
const decodeConfig = (generationConfig: JsonObject): IrRequest => decode({ generationConfig });

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

describe("a request of Gemini", () => {
  it("has its model and its streaming in the path", () => {
    const target = { ...REQUEST_TARGET, pathModel: "models/gemini%203", pathMethod: "streamGenerateContent" };
    expect(codec.decodeRequest({}, target)).toMatchObject({ model: "gemini 3", stream: true, wantsUsage: true });
    expect(decode({}).stream).toBe(false);
    const tuned = codec.decodeRequest({}, { ...REQUEST_TARGET, pathModel: "tunedModels/mine" });
    expect(tuned.model).toBe("tunedModels/mine");
    expect(() => codec.decodeRequest({}, { ...REQUEST_TARGET, pathModel: "%zz" })).toThrow("not well encoded");
  });

  it("knows the roles user and model; what any other one says is the user's", () => {
    const roles = ["user", "model", "function", undefined].map((role) => ({ role, parts: [{ text: "x" }] }));
    expect(
      decode({ contents: roles, system_instruction: { parts: { text: "s" } } }).turns.map(({ role }) => role),
    ).toEqual(["system", "user", "assistant", "user", "user"]);
  });

  it.each<[string, JsonObject, unknown]>([
    ["a thought", { text: "t", thought: true }, { kind: "thinking", text: "t" }],
    [
      "signed text, which the signature does not make a thought",
      { text: "", thoughtSignature: "QQ==" },
      { kind: "text", text: "", opaque: { wire: "gemini-content", value: "QQ==" } },
    ],
    [
      "a signature alone",
      { thought_signature: "QQ==" },
      { kind: "text", text: "", opaque: { wire: "gemini-content", value: "QQ==" } },
    ],
    [
      "an image",
      { inlineData: { mimeType: "image/png", data: "AA==" } },
      { kind: "image", blob: { data: "AA==", mime: "image/png" } },
    ],
    [
      "a sound",
      { inline_data: { mime_type: "audio/wav", data: "" } },
      { kind: "audio", blob: { data: "", mime: "audio/wav" } },
    ],
    [
      "a document",
      { inlineData: { mimeType: "application/pdf", data: "AA==", displayName: "a" } },
      { kind: "document", title: "a", blob: { data: "AA==", mime: "application/pdf" } },
    ],
    [
      "a film on YouTube",
      { fileData: { fileUri: "https://youtu.be/x" } },
      { kind: "video", blob: { url: "https://youtu.be/x" } },
    ],
    [
      "an uploaded file, which only Google can open",
      { fileData: { fileUri: "https://generativelanguage.googleapis.com/v1beta/files/x", mimeType: "image/png" } },
      {
        kind: "image",
        blob: { fileId: "https://generativelanguage.googleapis.com/v1beta/files/x", mime: "image/png" },
      },
    ],
    [
      "a file in a bucket",
      { fileData: { fileUri: "gs://b/x", mimeType: "text/csv" } },
      { kind: "document", blob: { fileId: "gs://b/x", mime: "text/csv" } },
    ],
    [
      "a call without an id",
      { functionCall: { name: "f", args: { a: 1 } } },
      { kind: "call", id: "", name: "f", args: '{"a":1}' },
    ],
    [
      "a call without arguments",
      { function_call: { id: "c", name: "f" } },
      { kind: "call", id: "c", name: "f", args: "" },
    ],
    ["arguments as text", { functionCall: { name: "f", args: "{x" } }, { kind: "call", id: "", name: "f", args: "{x" }],
    [
      "a tool's output",
      { functionResponse: { id: "c", name: "f", response: { output: "x" } } },
      { kind: "result", id: "c", name: "f", isError: false, parts: [text("x")] },
    ],
    [
      "a tool's error",
      { functionResponse: { name: "f", response: { error: "no" } } },
      { kind: "result", id: "", name: "f", isError: true, parts: [text("no")] },
    ],
    [
      "a result as Vercel's SDK has it",
      { functionResponse: { name: "f", response: { name: "f", content: "x" } } },
      { kind: "result", id: "", name: "f", isError: false, parts: [text("x")] },
    ],
    [
      "any other result",
      { functionResponse: { name: "f", response: { error: "a", code: 1 } } },
      { kind: "result", id: "", name: "f", isError: false, parts: [text('{"error":"a","code":1}')] },
    ],
    [
      "a result with a picture",
      {
        functionResponse: { name: "f", response: {}, parts: [{ inlineData: { mimeType: "image/png", data: "AA==" } }] },
      },
      {
        kind: "result",
        id: "",
        name: "f",
        isError: false,
        parts: [text("{}"), { kind: "image", blob: { data: "AA==", mime: "image/png" } }],
      },
    ],
    [
      "code that Google ran",
      { executable_code: { code: "1" }, thoughtSignature: "QQ==" },
      {
        kind: "native",
        wire: "gemini-content",
        type: "executableCode",
        raw: { executable_code: { code: "1" } },
        opaque: { wire: "gemini-content", value: "QQ==" },
      },
    ],
    [
      "what is not known yet",
      { hologram: { x: 1 } },
      { kind: "native", wire: "gemini-content", type: "hologram", raw: { hologram: { x: 1 } } },
    ],
  ])("says %s", (_, raw, part) => {
    expect(decodePart(raw)).toEqual(part);
  });

  it("has its settings in generationConfig", () => {
    const config = {
      temperature: 0.5,
      top_p: 0.9,
      topK: 5,
      maxOutputTokens: 10,
      candidateCount: 2,
      seed: 3,
      presencePenalty: 1,
      frequencyPenalty: -1,
      stopSequences: ["a"],
      responseLogprobs: true,
      logprobs: 4,
    };
    expect(decodeConfig(config)).toMatchObject({
      temperature: 0.5,
      topP: 0.9,
      topK: 5,
      maxOutputTokens: 10,
      candidates: 2,
      seed: 3,
      presencePenalty: 1,
      frequencyPenalty: -1,
      stop: ["a"],
      logprobs: { top: 4 },
    });
  });

  it.each<[JsonObject, unknown]>([
    [
      { thinkingBudget: 0, includeThoughts: false },
      { budgetTokens: 0, show: "none", home: {} },
    ],
    [
      { thinkingLevel: "HIGH", includeThoughts: true },
      { effort: "high", show: "summary", home: {} },
    ],
    [{ thinking_level: "MINIMAL" }, { effort: "minimal", home: { $snake: ["thinkingLevel"] } }],
    [{ thinkingLevel: "THINKING_LEVEL_UNSPECIFIED" }, { home: { thinkingLevel: "THINKING_LEVEL_UNSPECIFIED" } }],
  ])("asks for thinking with %j", (thinkingConfig, reasoning) => {
    expect(decodeConfig({ thinkingConfig }).reasoning).toEqual(reasoning);
  });

  it.each<[JsonObject, unknown]>([
    [{ responseMimeType: "text/plain" }, { kind: "text" }],
    [{ responseMimeType: "application/json" }, { kind: "json" }],
    [
      { responseMimeType: "application/json", responseJsonSchema: { type: "object" } },
      { kind: "schema", schema: { type: "object" } },
    ],
    [
      { responseMimeType: "application/json", responseSchema: { type: "STRING" } },
      { kind: "schema", schema: { type: "string" } },
    ],
    [{ _responseJsonSchema: { type: "object" } }, { kind: "schema", schema: { type: "object" } }],
  ])("asks for a form of output with %j", (config, output) => {
    expect(decodeConfig(config).output).toMatchObject(output as object);
  });

  it.each<[JsonObject, unknown]>([
    [{ mode: "AUTO" }, { mode: "auto" }],
    [{ mode: "none" }, { mode: "none" }],
    [{ mode: "ANY" }, { mode: "required" }],
    [
      { mode: "ANY", allowedFunctionNames: ["f"] },
      { mode: "named", name: "f" },
    ],
    [
      { mode: "ANY", allowed_function_names: ["f", "g"] },
      { mode: "required", allowed: ["f", "g"] },
    ],
    [
      { mode: "VALIDATED", allowedFunctionNames: ["f"] },
      { mode: "auto", allowed: ["f"] },
    ],
  ])("chooses tools with %j", (functionCallingConfig, choice) => {
    expect(decode({ toolConfig: { functionCallingConfig } }).toolChoice).toMatchObject(choice as object);
  });

  it("declares functions in lists, beside Google's own tools", () => {
    const { tools } = decode({
      tools: [
        { google_search: {} },
        {
          functionDeclarations: [
            { name: "f", parameters: { type: "OBJECT", properties: { type: { type: "STRING", nullable: true } } } },
            { name: "g" },
          ],
        },
      ],
    });
    expect(tools).toMatchObject([
      { kind: "native", wire: "gemini-content", type: "googleSearch" },
      { kind: "function", name: "f", schema: { type: "object", properties: { type: { type: ["string", "null"] } } } },
      { kind: "function", name: "g" },
    ]);
    expect(tools[2]).not.toHaveProperty("schema");
  });

  it.each<[string, JsonObject]>([
    ["contents[0]", { contents: ["x"] }],
    ["contents[1].parts[0]", { contents: [{ parts: [] }, { parts: ["x"] }] }],
    ["systemInstruction.parts[0]", { systemInstruction: { parts: [null] } }],
    ["tools[0]", { tools: ["googleSearch"] }],
    ["tools[0].functionDeclarations[0]", { tools: [{ functionDeclarations: [{ description: "x" }] }] }],
  ])("is refused for %s when that cannot be understood", (param, json) => {
    expect(() => decode(json)).toThrow(expect.objectContaining({ code: "invalid_request", param }));
  });

  it("gives back a result that was changed on the way as it is now", () => {
    const request = decode({ contents: [{ parts: [{ functionResponse: { name: "f", response: { a: 1 } } }] }] });
    const result = request.turns[0]?.parts[0];
    if (result?.kind === "result") result.parts = [text("redacted")];
    expect(codec.encodeRequest(request, TARGET)).toEqual({
      contents: [{ parts: [{ functionResponse: { name: "f", response: { output: "redacted" } } }] }],
    });
  });

  it("names the model in the body as the one it is sent to", () => {
    const request = decode({ model: "models/gemini-3-pro", contents: [] });
    expect(codec.encodeRequest(request, { ...TARGET, model: "other" })["model"]).toBe("models/other");
  });
});

describe("a request of another wire", () => {
  const encode = (parts: Partial<IrRequest>, target = TARGET): JsonObject =>
    codec.encodeRequest(foreign(parts), target);

  it("is spelled in camelCase, without empty texts and empty turns", () => {
    const turns = [
      say("system", text("a")),
      say("system", text("b")),
      say("user", text(""), text("hi"), { kind: "image", blob: { url: "https://e.org/a.png", mime: "image/png" } }),
      say("assistant", text("")),
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
