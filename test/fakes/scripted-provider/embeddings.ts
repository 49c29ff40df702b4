import { createHash } from "node:crypto";
import { asArray, asObject, asText } from "../../../src-gateway/protocols/loose-json.ts";
import type { Answer } from "./types.ts";

/** A vector of length 1 that depends on the text alone. */
function vectorOf(input: string, dimensions: number): number[] {
  const values = Array.from({ length: dimensions }, (_, at) => {
    const digest = createHash("sha256").update(`${at} ${input}`).digest();
    return digest.readInt32LE(0) / 2 ** 31;
  });
  const length = Math.hypot(...values);
  return values.map((value) => Math.fround(value / length));
}

/** OpenAI's list; an input is a text or a list of tokens, one of them or many. */
export function openAiEmbeddings(json: unknown, answer: Answer): unknown {
  const body = asObject(json) ?? {};
  const input = body["input"];
  const isMany = Array.isArray(input) && typeof input[0] !== "number";
  const inputs = isMany ? asArray(input) : [input];
  const dimensions = Number(body["dimensions"] ?? 8);
  const data = inputs.map((one, index) => {
    const vector = vectorOf(typeof one === "string" ? one : JSON.stringify(one), dimensions);
    const bytes = Buffer.from(Float32Array.from(vector).buffer);
    return {
      object: "embedding",
      index,
      embedding: body["encoding_format"] === "base64" ? bytes.toString("base64") : vector,
    };
  });
  const tokens = answer.usage?.inputUncached ?? 0;
  const usage = answer.usage ? { usage: { prompt_tokens: tokens, total_tokens: tokens } } : {};
  return { object: "list", data, model: answer.model, ...usage };
}

/** `:batchEmbedContents` has many requests, `:embedContent` is one. Neither reports usage. */
export function geminiEmbeddings(json: unknown, path: string): unknown {
  const embed = (request: unknown) => {
    const { content, outputDimensionality } = asObject(request) ?? {};
    const text = asArray(asObject(content)?.["parts"])
      .map((part) => asText(asObject(part)?.["text"]) ?? "")
      .join("");
    return { values: vectorOf(text, Number(outputDimensionality ?? 8)) };
  };
  if (path.endsWith(":embedContent")) return { embedding: embed(json) };
  return { embeddings: asArray(asObject(json)?.["requests"]).map(embed) };
}
