import { createHash } from "node:crypto";
import { GatewayError } from "../ir/errors.ts";
import { NO_USAGE, type Usage } from "../ir/usage.ts";
import { asArray, asObject, asText, type JsonObject } from "../protocols/loose-json.ts";
import type { EncodeContext } from "../protocols/types.ts";
import { tokensIn } from "./count-tokens.ts";

const DEFAULT_DIMENSIONS = 1536;
const MAX_DIMENSIONS = 16_384;

/** A unit vector that depends on the text alone. */
function loopbackEmbedding(text: string, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions);
  let sum = 0;
  for (let n = 0; n < dimensions; n += 8) {
    const digest = createHash("sha256").update(`${n}:${text}`).digest();
    for (let k = 0; k < 8 && n + k < dimensions; k++) {
      const value = digest.readInt32LE(k * 4) / 2 ** 31;
      vector[n + k] = value;
      sum += value * value;
    }
  }
  return vector.map((value) => value / Math.sqrt(sum));
}

/** @throws GatewayError invalid_request */
export function encodeEmbeddings(
  json: unknown,
  context: EncodeContext,
  pathMethod: string | null,
): { body: Buffer; usage: Usage } {
  const request = asObject(json) ?? {};
  const texts = context.surface === "embeddings" ? openAiTexts(request) : geminiTexts(request, pathMethod);
  const usage: Usage = { ...NO_USAGE, inputUncached: texts.reduce((sum, { text }) => sum + tokensIn(text), 0) };
  const vectors = texts.map(({ text, dimensions }) => loopbackEmbedding(text, dimensions));
  const reply =
    context.surface === "embeddings" ? openAiReply(request, vectors, context, usage) : geminiReply(vectors, pathMethod);
  return { body: Buffer.from(JSON.stringify(reply)), usage };
}

interface Wanted {
  text: string;
  dimensions: number;
}

function openAiTexts(request: JsonObject): Wanted[] {
  const dimensions = checkDimensions(request["dimensions"]);
  const input =
    Array.isArray(request["input"]) && typeof request["input"][0] !== "number" ? request["input"] : [request["input"]];
  return input.map((text) => ({ text: typeof text === "string" ? text : JSON.stringify(text), dimensions }));
}

function geminiTexts(request: JsonObject, pathMethod: string | null): Wanted[] {
  const requests = pathMethod === "batchEmbedContents" ? asArray(request["requests"]).map(asObject) : [request];
  return requests.map((each) => {
    const parts = asArray(asObject(each?.["content"])?.["parts"]).map(asObject);
    const text = parts.map((part) => asText(part?.["text"]) ?? "").join("\n");
    return { text, dimensions: checkDimensions(each?.["outputDimensionality"]) };
  });
}

function checkDimensions(value: unknown): number {
  if (value === undefined || value === null) return DEFAULT_DIMENSIONS;
  if (typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= MAX_DIMENSIONS) return value;
  throw new GatewayError("invalid_request", `"dimensions" must be a whole number from 1 to ${MAX_DIMENSIONS}.`, {
    param: "dimensions",
  });
}

function openAiReply(request: JsonObject, vectors: Float32Array[], context: EncodeContext, usage: Usage): JsonObject {
  const asBase64 = request["encoding_format"] === "base64";
  const encode = (vector: Float32Array): unknown =>
    asBase64 ? Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString("base64") : [...vector];
  return {
    object: "list",
    data: vectors.map((vector, index) => ({ object: "embedding", index, embedding: encode(vector) })),
    model: context.model,
    usage: { prompt_tokens: usage.inputUncached, total_tokens: usage.inputUncached },
  };
}

function geminiReply(vectors: Float32Array[], pathMethod: string | null): JsonObject {
  const values = vectors.map((vector) => ({ values: [...vector] }));
  return pathMethod === "batchEmbedContents" ? { embeddings: values } : { embedding: values[0] };
}
