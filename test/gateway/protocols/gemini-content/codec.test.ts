import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GatewayError } from "../../../../src-gateway/ir/errors.ts";
import type { JsonObject } from "../../../../src-gateway/ir/json.ts";
import { geminiContentCodec as codec } from "../../../../src-gateway/protocols/gemini-content/codec.ts";
import { CONTEXT, REQUEST_TARGET, TARGET } from "./targets.ts";

const throughRequest = (json: JsonObject): JsonObject =>
  codec.encodeRequest(codec.decodeRequest(json, REQUEST_TARGET), TARGET);

/** Words of the wire in both spellings, and a few that it does not know. */
const NAMES = [
  ..."contents systemInstruction tools toolConfig generationConfig safetySettings role parts text thought".split(" "),
  ..."thoughtSignature thought_signature functionCall function_call functionResponse function_response id".split(" "),
  ..."name args response output error result content inlineData inline_data fileData file_data mimeType".split(" "),
  ..."mime_type data fileUri file_uri displayName executableCode codeExecutionResult system_instruction".split(" "),
  ..."functionDeclarations function_declarations parameters parametersJsonSchema googleSearch google_search".split(" "),
  ..."functionCallingConfig function_calling_config mode allowedFunctionNames topK top_k stopSequences".split(" "),
  ..."responseMimeType responseSchema responseJsonSchema _responseJsonSchema thinkingConfig thinkingBudget".split(" "),
  ..."thinkingLevel includeThoughts responseLogprobs logprobs temperature generation_config $snake $home".split(" "),
  ..."__proto__ constructor future generateContentRequest model candidates finishReason index".split(" "),
];
const WORDS = [
  "user",
  "model",
  "function",
  "AUTO",
  "any",
  "VALIDATED",
  "HIGH",
  "low",
  "application/json",
  "image/png",
  "",
];

const { value: anyValue, object: anyObject } = fc.letrec<{ value: unknown; object: JsonObject }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom<unknown>(...WORDS, null, true, false, 0, 7, 0.5),
    fc.string({ maxLength: 4 }),
    tie("object"),
    fc.array(tie("value"), { maxLength: 3 }),
  ),
  object: fc
    .array(fc.tuple(fc.constantFrom(...NAMES), tie("value")), { maxLength: 5 })
    // As a parser makes it: a member called `__proto__` is a member like any other.
    .map((entries) => Object.fromEntries(entries)),
}));

const oneOf = (...names: string[]) => fc.constantFrom(...names);
const loose = (...pairs: [fc.Arbitrary<string>, fc.Arbitrary<unknown>][]): fc.Arbitrary<JsonObject> =>
  fc
    .tuple(
      fc.tuple(
        ...pairs.map(([name, value]) => fc.option(fc.tuple(name, fc.oneof({ weight: 9, arbitrary: value }, anyValue)))),
      ),
      anyObject,
    )
    .map(([known, rest]) => ({ ...rest, ...Object.fromEntries(known.filter((pair) => pair !== null)) }));
const listOf = (item: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 5, arbitrary: fc.array(item, { maxLength: 3 }) }, item);

const anyPart = fc.oneof(
  loose([oneOf("text"), fc.string({ maxLength: 3 })], [oneOf("thought"), fc.boolean()]),
  loose(
    [
      oneOf("functionCall", "function_call"),
      loose([oneOf("id"), fc.string({ maxLength: 3 })], [oneOf("name"), fc.string()], [oneOf("args"), anyObject]),
    ],
    [oneOf("thoughtSignature", "thought_signature"), fc.base64String()],
  ),
  loose([
    oneOf("functionResponse", "function_response"),
    loose([oneOf("name"), fc.string()], [oneOf("response"), anyObject], [oneOf("parts"), listOf(anyObject)]),
  ]),
  loose([
    oneOf("inlineData", "inline_data"),
    loose([oneOf("mimeType", "mime_type"), fc.constantFrom(...WORDS)], [oneOf("data"), fc.base64String()]),
  ]),
  loose([oneOf("fileData", "file_data"), loose([oneOf("fileUri", "file_uri"), fc.webUrl()])]),
  anyObject,
);
const anyContent = loose([oneOf("role"), fc.constantFrom(...WORDS)], [oneOf("parts"), listOf(anyPart)]);
const anyTool = loose([
  oneOf("functionDeclarations", "function_declarations"),
  listOf(loose([oneOf("name"), fc.string({ minLength: 1 })], [oneOf("parameters", "parametersJsonSchema"), anyObject])),
]);
const anyRequest = loose(
  [oneOf("contents"), fc.oneof(listOf(anyContent), fc.string())],
  [oneOf("systemInstruction", "system_instruction"), fc.oneof(anyContent, fc.string())],
  [oneOf("tools"), listOf(anyTool)],
  [oneOf("toolConfig", "tool_config"), anyObject],
  [oneOf("generationConfig", "generation_config"), anyObject],
);
const anyAnswer = loose(
  [
    oneOf("candidates"),
    listOf(
      loose(
        [oneOf("content"), anyContent],
        [oneOf("finishReason", "finish_reason"), oneOf("STOP", "MAX_TOKENS", "NEW", "FINISH_REASON_UNSPECIFIED")],
        [oneOf("index"), fc.constantFrom(0, 1)],
      ),
    ),
  ],
  [oneOf("usageMetadata", "usage_metadata"), anyObject],
  [oneOf("promptFeedback"), fc.constant({ blockReason: "SAFETY" })],
);
/** What the model is called, and the answer's id, come from the gateway. */
const HEAD = ["modelVersion", "model_version", "responseId", "response_id"];
const withoutHead = (json: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(json).filter(([name]) => !HEAD.includes(name)));

/** Null for a request that was refused, with the place that was not understood. */
function throughOrRefused(json: JsonObject): JsonObject | null {
  try {
    return throughRequest(json);
  } catch (error) {
    if (error instanceof GatewayError && error.code === "invalid_request" && error.param !== undefined) return null;
    throw error;
  }
}

describe("what Gemini's own wire decodes, it encodes to the same JSON", () => {
  it("a request inside of a count of its tokens", () => {
    const request = {
      generateContentRequest: { model: "models/m", contents: [{ parts: [{ text: "x" }] }] },
      future: 1,
    };
    expect(throughRequest(request)).toStrictEqual(request);
    expect(codec.decodeRequest(request, REQUEST_TARGET).turns).toHaveLength(1);
  });

  it("whatever request it understands at all", () => {
    let understood = 0;
    fc.assert(
      fc.property(anyRequest, (json) => {
        const before = structuredClone(json);
        const encoded = throughOrRefused(json);
        if (encoded !== null) understood++;
        expect(encoded ?? before).toEqual(before);
      }),
      { numRuns: 1500 },
    );
    expect(understood).toBeGreaterThan(300);
  });

  it("whatever answer it is given", () => {
    fc.assert(
      fc.property(anyAnswer, (json) => {
        if (json["error"]) return;
        const encoded = codec.encodeAnswer(codec.decodeAnswer(json), CONTEXT);
        expect(withoutHead(encoded)).toEqual(withoutHead(json));
      }),
      { numRuns: 1000 },
    );
  });
});
