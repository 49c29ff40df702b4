/**
 * What this gateway counts of an exchange that is over, from what the client sent and got. Loads the tokenizer: only the
 * thread runs it.
 */
import { collectAnswer, type IrEvent } from "../ir/answer.ts";
import type { Part } from "../ir/part.ts";
import { scanJson } from "../lib/json-scan.ts";
import { jsonValues } from "../lib/json-values.ts";
import { createJsonArraySplitter } from "../protocols/gemini-content/json-array.ts";
import { asObject, type JsonObject } from "../protocols/loose-json.ts";
import { PROVIDER_SPEECH } from "../protocols/provider-speech.ts";
import { WIRES } from "../protocols/wires.ts";
import { type TextsToCount, textsOfParts, textsToCount } from "./estimate.ts";
import { countTexts } from "./tokenizer.ts";
import type { ExchangeToCount, OwnCount } from "./types.ts";

/** @throws Error for a body that cannot be read. */
export function countExchange({ wire, surface, request, answer, answerType }: ExchangeToCount): OwnCount {
  const target = { surface, pathModel: "models/counted", pathMethod: "generateContent", query: "" };
  const asked = WIRES[wire].decodeRequest(requestOf(Buffer.from(request)), target);
  const parts = partsOf(wire, Buffer.from(answer), answerType);
  return { input: tokensOf(textsToCount(asked)), output: tokensOf(textsOfParts(parts)) };
}

const tokensOf = ({ texts, extraTokens }: TextsToCount): number => countTexts(texts) + Math.ceil(extraTokens);

function partsOf(wire: ExchangeToCount["wire"], answer: Buffer, answerType: string): Part[] {
  const { codec, createSplitter } = PROVIDER_SPEECH[wire];
  const isArray = answer.toString("latin1", 0, 64).trimStart().startsWith("[");
  if (!isArray && !answerType.includes("event-stream")) return codec.decodeAnswer(objectOf(answer)).parts;
  const splitter = isArray ? createJsonArraySplitter() : createSplitter();
  const decoder = codec.createStreamDecoder();
  const events: IrEvent[] = [];
  for (const frame of [...splitter.push(answer), ...splitter.finish()]) events.push(...decoder.push(frame));
  events.push(...decoder.end());
  // An answer that broke off was used as far as it came.
  return collectAnswer(events.filter(({ type }) => type !== "error")).parts;
}

function requestOf(bytes: Buffer): JsonObject {
  return jsonValues(bytes, scanJson(bytes)) as JsonObject;
}

function objectOf(bytes: Buffer): JsonObject {
  const json = asObject(JSON.parse(bytes.toString("utf8")));
  if (json === null) throw new Error("the body is no JSON object");
  return json;
}
