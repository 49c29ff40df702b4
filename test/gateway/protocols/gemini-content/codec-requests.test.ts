import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../../src-gateway/ir/json.ts";
import type { Part } from "../../../../src-gateway/ir/part.ts";
import type { IrRequest } from "../../../../src-gateway/ir/request.ts";
import { geminiContentCodec as codec } from "../../../../src-gateway/protocols/gemini-content/codec.ts";
import { REQUEST_TARGET, TARGET } from "./targets.ts";

const decode = (json: JsonObject): IrRequest => codec.decodeRequest(json, REQUEST_TARGET);
/** The part without what only its own wire needs. */
const decodePart = (raw: JsonObject): Part | undefined => {
  const part = decode({ contents: [{ parts: [raw] }] }).turns[0]?.parts[0];
  if (!part) return part;
  const { home: _, ...bare } = part;
  return bare;
};
const decodeConfig = (generationConfig: JsonObject): IrRequest => decode({ generationConfig });

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
