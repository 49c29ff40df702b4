/** What is true of every codec, held against everything that its wire has been seen to send. */
import { describe, expect, it } from "vitest";
import {
  answerEvents,
  collectAnswer,
  createCollector,
  type IrAnswer,
  type IrEvent,
} from "../../src-gateway/ir/answer.ts";
import type { JsonObject } from "../../src-gateway/ir/json.ts";
import type { Citation, Part } from "../../src-gateway/ir/part.ts";
import { type ProviderWire, WIRE_PROTOCOLS, type WireProtocol } from "../../src-gateway/ir/protocol.ts";
import { NO_USAGE } from "../../src-gateway/ir/usage.ts";
import { PROVIDER_SPEECH } from "../../src-gateway/protocols/provider-speech.ts";
import { WIRES } from "../../src-gateway/protocols/wires.ts";
import { answerContext, decodeStream, encodeStream, requestTarget, splitFrames } from "../support/codec-streams.ts";
import { fixtures, readFixture, readJsonFixture } from "../support/fixtures.ts";
import { grammarFault } from "../support/stream-grammar.ts";

/** The exchange of `answerContext`, as ids spell it. */
const EXCHANGE = (977).toString(36);

export function describeCodec(wire: ProviderWire): void {
  const client = WIRE_PROTOCOLS.find((each) => each === wire);
  describe(`the codec of ${wire}`, () => {
    if (client) describeHomeLaw(client);
    describeAnswers(wire);
    describeStreams(wire);
    if (client) describeRetelling(client);
  });
}

function describeHomeLaw(wire: WireProtocol): void {
  const codec = WIRES[wire];

  it.each(fixtures(wire, "request"))("writes a request as it was read: %s", (name) => {
    const request = codec.decodeRequest(readJsonFixture(wire, name), requestTarget(wire));
    const frozen = structuredClone(request);
    const encoded = codec.encodeRequest(frozen, { model: request.model, profile: {}, compat: new Set() });
    expect(encoded).toStrictEqual(readJsonFixture(wire, name));
    expect(frozen, "encoding changes nothing of the request").toStrictEqual(request);
  });

  it.each(fixtures(wire, "answer"))("writes an answer as it was read, under a new name: %s", (name) => {
    const answer = codec.decodeAnswer(readJsonFixture(wire, name));
    const encoded = codec.encodeAnswer(structuredClone(answer), answerContext(wire));
    expect(unnamed(encoded)).toStrictEqual(unnamed(readJsonFixture(wire, name)));
  });
}

/** Whose answer it is and when it was given is the gateway's to say. */
const NAMES = new Set("id model created created_at modelVersion model_version responseId response_id".split(" "));
const unnamed = (json: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(json).filter(([name]) => !NAMES.has(name)));

function describeAnswers(wire: ProviderWire): void {
  it.each(fixtures(wire, "answer"))("reads an answer that can be told as a stream: %s", (name) => {
    const json = readJsonFixture(wire, name);
    const answer = PROVIDER_SPEECH[wire].codec.decodeAnswer(json);
    expect(json, "decoding changes nothing of the JSON").toStrictEqual(readJsonFixture(wire, name));
    expect(grammarFault([...answerEvents(answer)])).toBeNull();
  });
}

function describeStreams(wire: ProviderWire): void {
  it.each(fixtures(wire, "stream"))("tells a stream in order: %s", (name) => {
    expect(grammarFault(decodeStream(wire, readFixture(wire, name)))).toBeNull();
  });

  it.each(fixtures(wire, "stream"))("reads a stream alike however its bytes are cut: %s", (name) => {
    const bytes = readFixture(wire, name);
    const whole = decodeStream(wire, bytes);
    const single = Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
    expect(decodeStream(wire, ...single)).toStrictEqual(whole);
    // Equal frames make equal events, and are quicker to compare.
    const frames = frameTexts(wire, bytes);
    for (let at = 1; at < bytes.length; at++) {
      expect(frameTexts(wire, bytes.subarray(0, at), bytes.subarray(at)), `cut at ${at}`).toBe(frames);
    }
  });

  it.each(fixtures(wire, "stream"))("tells a stream in order when it breaks off anywhere: %s", (name) => {
    const frames = splitFrames(wire, [readFixture(wire, name)]);
    for (let kept = 0; kept <= frames.length; kept++) {
      const decoder = PROVIDER_SPEECH[wire].codec.createStreamDecoder();
      const events = [...frames.slice(0, kept).flatMap((frame) => decoder.push(frame)), ...decoder.end()];
      expect(grammarFault(events), `after ${kept} of ${frames.length} frames`).toBeNull();
    }
  });
}

const frameTexts = (wire: ProviderWire, ...chunks: Buffer[]): string =>
  JSON.stringify(
    splitFrames(wire, chunks).map(({ raw, event, data }) => [raw.toString("latin1"), event, data?.toString("latin1")]),
  );

/** What a stream has no place for, by the fixture that has it. */
const LEFT_OUT: Readonly<Record<string, (part: Part) => boolean>> = {
  // A piece of a message, and items, that say nothing and are of no known kind.
  "openai-responses/citations.answer.json": (part) => part.kind === "native" && part.type === "output_hologram",
  "openai-responses/compat.answer.json": (part) => part.kind === "native" && part.type === "message",
  "openai-responses/reasoning-calls.answer.json": (part) => part.kind === "native" && part.type === "reasoning",
};
/** An answer that has not begun has no stream. */
const NO_ANSWERS = new Set(["background.answer.json"]);

function describeRetelling(wire: WireProtocol): void {
  it.each(fixtures(wire, "stream"))("says before what frame a delta will be, if it says anything: %s", (name) => {
    const encoder = WIRES[wire].createStreamEncoder(answerContext(wire));
    for (const event of decodeStream(wire, readFixture(wire, name))) {
      const frame = encoder.pieceFrame?.() ?? null;
      const bytes = encoder.push(event).toString();
      if (frame === null || event.type !== "delta") continue;
      expect(bytes).toBe(
        `${frame.before.toString()}${JSON.stringify(event.text).slice(1, -1)}${frame.after.toString()}`,
      );
      expect(encoder.pieceFrame?.()).toEqual(frame);
    }
  });

  it.each(fixtures(wire, "stream"))("tells a stream again so that it means the same: %s", (name) => {
    const events = decodeStream(wire, readFixture(wire, name));
    const again = decodeStream(wire, encodeStream(wire, events));
    expect(grammarFault(again)).toBeNull();
    expect(again.at(-1)?.type).toBe(events.at(-1)?.type);
    expect(meaning(whatCame(again))).toEqual(meaning(whatCame(events)));
  });

  const whole = fixtures(wire, "answer").filter((name) => !NO_ANSWERS.has(name));
  it.each(whole)("tells a whole answer as a stream that means the same: %s", (name) => {
    const answer = WIRES[wire].decodeAnswer(readJsonFixture(wire, name));
    const again = decodeStream(wire, encodeStream(wire, answerEvents(answer)));
    expect(grammarFault(again)).toBeNull();
    const isLeftOut = LEFT_OUT[`${wire}/${name}`] ?? (() => false);
    const told = { ...answer, parts: answer.parts.filter((part) => !isLeftOut(part)) };
    expect(meaning(collectAnswer(again))).toEqual(meaning(told));
  });
}

/** The answer up to its end or its error. */
function whatCame(events: readonly IrEvent[]): IrAnswer {
  const collector = createCollector();
  for (const event of events) if (event.type !== "error") collector.push(event);
  return collector.answer();
}

/**
 * What is said, without what only tells how: ids of the codec's making, the provider's own words, and parts without a
 * word. A call without arguments is one with an empty object, and usage that nobody reported is zeros on some wires.
 */
function meaning({ parts, finish, usage }: IrAnswer): unknown {
  const said = parts.map(bare).filter((part) => part.kind !== "text" || part.text !== "" || part.opaque);
  return { parts: said, reason: finish.reason, sequence: finish.sequence, usage: usage ?? NO_USAGE };
}

function bare(part: Part): Part {
  const { home: _, ...rest } = part;
  if (rest.kind === "text" && rest.citations) return { ...rest, citations: rest.citations.map(bareCitation) };
  if (rest.kind !== "call") return rest;
  const id = rest.id.startsWith(`call_${EXCHANGE}_`) ? "" : rest.id;
  return { ...rest, id, ...(!rest.custom && rest.args === "" ? { args: "{}" } : {}) };
}

function bareCitation(citation: Citation): Citation {
  const { home: _, ...rest } = citation;
  return rest;
}
