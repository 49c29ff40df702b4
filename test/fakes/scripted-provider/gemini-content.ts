import { inputTotal, type Usage } from "../../../src-gateway/ir/usage.ts";
import { asArray, asObject, asText, type JsonObject } from "../../../src-gateway/protocols/loose-json.ts";
import { afterLast, chosenFirst } from "./ask.ts";
import { fragments, piece, sseBytes } from "./fragments.ts";
import type { Answer, Ask, Frame, PlayedWire } from "./types.ts";

/** generateContent as Google speaks it: every piece is a whole response, calls come whole, nothing marks the end. */
export const geminiContent: PlayedWire = {
  readAsk(json, { surface, path, query }) {
    const body = asObject(json) ?? {};
    const contents = asArray(body["contents"]).map((content) => asObject(content) ?? {});
    const last = afterLast(contents, (content) => content["role"] === "model").flatMap(partsOf);
    const config = asObject(body["generationConfig"]) ?? {};
    const called = asObject(asObject(body["toolConfig"])?.["functionCallingConfig"]);
    const results = last.map((part) => asObject(part["functionResponse"])).filter((result) => result !== null);
    return {
      surface,
      model: /models\/([^/:]+)/.exec(path)?.[1] ?? "",
      stream: path.endsWith(":streamGenerateContent"),
      framing: query.get("alt") === "sse" ? "sse" : "json-array",
      wantsUsage: true,
      tools: chosenFirst(
        readTools(body["tools"]),
        called?.["mode"] === "NONE" ? "none" : asText(asArray(called?.["allowedFunctionNames"])[0]),
      ),
      toolResults: results.map((result) => wordsOf(asObject(result["response"]) ?? {})),
      schema:
        config["responseJsonSchema"] ?? config["responseSchema"] ?? config["responseMimeType"] === "application/json",
      images: contents.flatMap((content) => partsOf(content).flatMap(imageOf)),
      prompt: textOf(contents.findLast((content) => (content["role"] ?? "user") === "user")),
    };
  },

  encodeWhole: (_ask, answer) => encodePiece(answer, partsOfAnswer(answer), true),

  encodeStream(ask, answer) {
    const texts = fragments(answer.text, 12).map((text) => ({ text }));
    const said = answer.calls.length > 0 ? callsOf(answer) : texts;
    const parts = [...fragments(answer.thinking?.text ?? "", 12).map(thought), ...said];
    const pieces = parts.map((part) => encodePiece(answer, [part], false));
    if (answer.finish) pieces.push(encodePiece(answer, [{ text: "", ...textSignature(answer) }], true));
    if (ask.framing === "sse") return pieces.map((json) => piece(sseBytes(json, { lineEnd: "\r\n" })));
    const frames: Frame[] = pieces.map((json, index) =>
      piece(Buffer.from((index === 0 ? "[" : ",\r\n") + JSON.stringify(json, null, 2))),
    );
    if (answer.finish) frames.push(piece(Buffer.from("\n]\n")));
    return frames;
  },

  encodeError,

  encodeStreamError(ask, started) {
    const error = encodeError(503, "The model is overloaded. Please try again later.");
    if (ask.framing === "sse") return sseBytes(error, { lineEnd: "\r\n" });
    return Buffer.from(`${started ? ",\r\n" : "["}${JSON.stringify(error, null, 2)}\n]\n`);
  },
};

/** A model reads the text of a result, and not the object that it is wrapped in. */
const wordsOf = (response: JsonObject): string =>
  Object.keys(response).length === 1 && typeof response["output"] === "string"
    ? response["output"]
    : JSON.stringify(response);

const STATUSES: Readonly<Record<number, string>> = {
  400: "INVALID_ARGUMENT",
  401: "UNAUTHENTICATED",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  429: "RESOURCE_EXHAUSTED",
  503: "UNAVAILABLE",
  504: "DEADLINE_EXCEEDED",
};

function encodeError(status: number, message: string): unknown {
  const retry = { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "1s" };
  const details = status === 429 ? { details: [retry] } : {};
  return { error: { code: status, message, status: STATUSES[status] ?? "INTERNAL", ...details } };
}

const thought = (text: string): JsonObject => ({ text, thought: true });

/** Thoughts themselves are not signed; what follows them is, and of a streamed text the last piece. */
const textSignature = ({ thinking, calls }: Answer): JsonObject =>
  thinking && calls.length === 0 ? { thoughtSignature: thinking.state } : {};

function partsOfAnswer(answer: Answer): JsonObject[] {
  const thoughts = answer.thinking ? [thought(answer.thinking.text)] : [];
  if (answer.calls.length > 0) return [...thoughts, ...callsOf(answer)];
  return [...thoughts, { text: answer.text, ...textSignature(answer) }];
}

const callsOf = ({ calls, thinking }: Answer): JsonObject[] =>
  calls.map((call, index) => ({
    functionCall: { id: call.id, name: call.name, args: call.arguments },
    // Only the first of parallel calls is signed.
    ...(index === 0 ? { thoughtSignature: thinking?.state ?? Buffer.from(call.id).toString("base64") } : {}),
  }));

function encodePiece(answer: Answer, parts: JsonObject[], isLast: boolean): JsonObject {
  const reason = isLast && answer.finish ? { finishReason: answer.finish === "length" ? "MAX_TOKENS" : "STOP" } : {};
  return {
    candidates: [{ content: { parts, role: "model" }, ...reason, index: 0 }],
    ...(answer.usage ? { usageMetadata: encodeUsage(answer.usage) } : {}),
    modelVersion: answer.model,
    responseId: answer.id,
  };
}

/** Cached tokens lie inside the prompt; thoughts beside the candidates. */
function encodeUsage(usage: Usage): JsonObject {
  const prompt = inputTotal(usage);
  return {
    promptTokenCount: prompt,
    candidatesTokenCount: usage.output - usage.reasoning,
    totalTokenCount: prompt + usage.output,
    ...(usage.cacheRead > 0 ? { cachedContentTokenCount: usage.cacheRead } : {}),
    promptTokensDetails: [{ modality: "TEXT", tokenCount: prompt }],
    ...(usage.reasoning > 0 ? { thoughtsTokenCount: usage.reasoning } : {}),
  };
}

const partsOf = (content: JsonObject | undefined): JsonObject[] =>
  asArray(content?.["parts"]).map((part) => asObject(part) ?? {});

const textOf = (content: JsonObject | undefined): string =>
  partsOf(content)
    .map((part) => asText(part["text"]) ?? "")
    .join("");

function imageOf(part: JsonObject): string[] {
  const media = asObject(part["inlineData"]) ?? asObject(part["inline_data"]) ?? asObject(part["fileData"]);
  const type = asText(media?.["mimeType"]) ?? asText(media?.["mime_type"]);
  return type?.startsWith("image/") ? [type] : [];
}

function readTools(tools: unknown): Ask["tools"] {
  return asArray(tools)
    .flatMap((tool) => asArray(asObject(tool)?.["functionDeclarations"]))
    .flatMap((declaration) => {
      const { name, parameters, parametersJsonSchema } = asObject(declaration) ?? {};
      return typeof name === "string"
        ? [{ name, schema: parametersJsonSchema ?? parameters ?? { type: "object" } }]
        : [];
    });
}
