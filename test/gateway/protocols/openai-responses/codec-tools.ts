/** What the tests of this codec share: contexts, and streams as bytes. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import type { IrEvent } from "../../../../src-gateway/ir/answer.ts";
import type { JsonObject } from "../../../../src-gateway/ir/json.ts";
import type { IrRequest } from "../../../../src-gateway/ir/request.ts";
import type { EncodeTarget } from "../../../../src-gateway/protocols/codec.ts";
import { openaiResponsesCodec } from "../../../../src-gateway/protocols/openai-responses/codec.ts";
import { createSseSplitter } from "../../../../src-gateway/protocols/sse/splitter.ts";
import type { EncodeContext, RequestTarget } from "../../../../src-gateway/protocols/types.ts";

export const folder = new URL("../../../fixtures/openai-responses/", import.meta.url);
export const readFixture = (name: string): Buffer => readFileSync(new URL(name, folder));
export const readJson = (name: string): JsonObject => JSON.parse(readFixture(name).toString()) as JsonObject;

export const requestTarget: RequestTarget = { surface: "responses", pathModel: null, pathMethod: null, query: "" };
export const encodeTarget: EncodeTarget = { model: "MODEL", profile: {}, compat: new Set() };

export const answerContext = (request?: IrRequest): EncodeContext => ({
  surface: "responses",
  exchangeId: 42,
  createdAt: 1_795_000_000,
  model: "gpt-x",
  wantsUsage: true,
  framing: "sse",
  ...(request ? { request } : {}),
});

export function writeStream(events: Iterable<IrEvent>, context = answerContext()): Buffer {
  const encoder = openaiResponsesCodec.createStreamEncoder(context);
  return Buffer.concat([...events].map((event) => encoder.push(event)));
}

export function readStream(bytes: Buffer): IrEvent[] {
  const decoder = openaiResponsesCodec.createStreamDecoder();
  const splitter = createSseSplitter();
  const frames = [...splitter.push(bytes), ...splitter.finish()];
  return [...frames.flatMap((frame) => decoder.push(frame)), ...decoder.end()];
}

/** A stream of events without `event:` lines, as some compatible servers send it. */
export const streamOf = (...events: JsonObject[]): Buffer =>
  Buffer.from(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(""));

export function eventsIn(bytes: Buffer): JsonObject[] {
  return bytes
    .toString()
    .split("\n\n")
    .filter((frame) => frame !== "")
    .map((frame) => {
      const [eventLine, dataLine] = frame.split("\n");
      const event = JSON.parse((dataLine ?? "").slice("data: ".length)) as JsonObject;
      if (eventLine !== `event: ${String(event["type"])}`) throw new Error(`${eventLine} names another event`);
      return event;
    });
}

export const jsonObjects: fc.Arbitrary<JsonObject> = fc.dictionary(
  fc.oneof(fc.string(), fc.constantFrom("$absent", "$instead", "$wire", "__proto__", "id", "status", "null")),
  fc.jsonValue(),
  { maxKeys: 4 },
);
