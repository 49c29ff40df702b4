/** Texts that are copied from frame to frame by their bytes, and the same stream with each frame read and written. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  createTranslatedFrames,
  type TranslatedFramesOptions,
} from "../../../src-gateway/exchange/translated-frames.ts";
import {
  PROVIDER_WIRES,
  type ProviderWire,
  WIRE_PROTOCOLS,
  type WireProtocol,
} from "../../../src-gateway/ir/protocol.ts";
import { createRestorer } from "../../../src-gateway/protocols/adapt/restore.ts";
import { PROVIDER_SPEECH } from "../../../src-gateway/protocols/provider-speech.ts";
import { WIRES } from "../../../src-gateway/protocols/wires.ts";
import { anyChatChunks } from "../../support/arbitrary-chunks.ts";
import { answerContext } from "../../support/codec-streams.ts";
import { fixtures, readFixture } from "../../support/fixtures.ts";
import { restoreContext } from "../../support/translate.ts";

const RUNS = Number(process.env["FUZZ_RUNS"] ?? 300);

const framesOf = (provider: ProviderWire, client: WireProtocol, more: Partial<TranslatedFramesOptions> = {}) =>
  createTranslatedFrames({
    splitter: PROVIDER_SPEECH[provider].createSplitter(),
    decoder: PROVIDER_SPEECH[provider].codec.createStreamDecoder(),
    restorer: createRestorer(restoreContext(provider, client)),
    encoder: WIRES[client].createStreamEncoder(answerContext(client)),
    listen: null,
    ...more,
  });

/** What comes of each chunk, of the end, and what was learnt. Whoever listens has each frame read. */
function translated(chunks: readonly Buffer[], provider: ProviderWire, client: WireProtocol, isHeard: boolean) {
  const decoder = PROVIDER_SPEECH[provider].codec.createStreamDecoder();
  let copies = 0;
  const { copyPieces } = decoder;
  if (copyPieces)
    decoder.copyPieces = (...question) => {
      const copied = copyPieces(...question);
      if (copied !== null) copies++;
      return copied;
    };
  const frames = framesOf(provider, client, { decoder, listen: isHeard ? () => {} : null });
  const said: unknown[] = [];
  try {
    for (const chunk of chunks) said.push(frames.push(chunk)?.toString("latin1") ?? null);
    const { rest, complete } = frames.end();
    said.push(rest.toString("latin1"), complete);
  } catch (error) {
    said.push(String(error));
  }
  const { facts, committed, sawError, failedEarly } = frames;
  return { told: { said, facts, committed, sawError, failedEarly }, copies };
}

/** @returns how often something was copied. */
function expectSame(chunks: readonly Buffer[], provider: ProviderWire, client: WireProtocol): number {
  const { told, copies } = translated(chunks, provider, client, false);
  expect(told).toEqual(translated(chunks, provider, client, true).told);
  return copies;
}

const inPieces = (bytes: Buffer, size: number): Buffer[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) => bytes.subarray(n * size, (n + 1) * size));

function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const at = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return at.slice(1).map((end, n) => bytes.subarray(at[n], end));
}

const PIECE = { id: "c", object: "chat.completion.chunk", created: 7, model: "m" };
const chunk = (delta: object, finish: string | null = null): string =>
  JSON.stringify({ ...PIECE, choices: [{ index: 0, delta, finish_reason: finish }] });
const stream = (...chunks: string[]): Buffer => Buffer.from(chunks.map((json) => `data: ${json}\n\n`).join(""));

describe.each(PROVIDER_WIRES)("a stream of %s", (provider) => {
  it.each(fixtures(provider, "stream"))("is the same for every client, copied or not: %s", (name) => {
    const bytes = readFixture(provider, name);
    for (const client of WIRE_PROTOCOLS) {
      for (const size of [bytes.length, 700, 97]) expectSame(inPieces(bytes, size), provider, client);
    }
  });
});

it("is the same for any chunks of Chat, however they come, cut or broken", () => {
  const places = fc.array(fc.nat(), { maxLength: 8 });
  const lineEnds = fc.constantFrom("\n\n", "\n\n", "\n\n", "\r\n\r\n", "\n", "\n: more\n\n");
  const broken = fc.option(fc.record({ at: fc.nat(), byte: fc.nat(255) }), { freq: 4 });
  let copies = 0;
  fc.assert(
    fc.property(anyChatChunks, places, lineEnds, broken, fc.boolean(), (chunks, at, lineEnd, harm, isDone) => {
      const lines = [...chunks, ...(isDone ? ["[DONE]"] : [])].map((json) => json.replaceAll("\n", " "));
      const bytes = Buffer.from(lines.map((json) => `data: ${json}${lineEnd}`).join(""));
      if (harm !== null && bytes.length > 0) bytes[harm.at % bytes.length] = harm.byte;
      copies += expectSame(cut(bytes, at), "openai-chat", "anthropic-messages");
    }),
    { numRuns: 2 * RUNS },
  );
  expect(copies, "some were copied").toBeGreaterThan(0);
});

it("copies texts, and nothing that comes between them", () => {
  const call = (fields: object): string => chunk({ tool_calls: [{ index: 0, ...fields }] });
  const texts = ["The ", "café ", 'says "no"\n', ""].map((content) => chunk({ content }));
  const thoughts = ["Hm, ", "", "so\n"].flatMap((text) => [
    chunk({ content: null, reasoning_content: text }),
    chunk({ content: "", reasoning: text }),
  ]);
  const streams = [
    stream(chunk({ role: "assistant", content: "" }), ...texts, chunk({ content: "", refusal: "No." }), ...texts),
    stream(...texts, chunk({ reasoning_content: "Hm." }), ...texts, chunk({ reasoning_content: "Oh." }), ...texts),
    // Text that waits behind a call is not yet to be said.
    stream(
      ...texts,
      call({ id: "c1", function: { name: "look", arguments: '{"a' } }),
      ...texts,
      call({ function: { arguments: '":1}' } }),
      ...texts,
      chunk({}, "tool_calls"),
      "[DONE]",
      ...texts,
    ),
    stream(...thoughts, ...texts, ...thoughts, chunk({ content: "x", reasoning_content: "y" }), ...thoughts, ...texts),
    stream(...texts, '{"error":{"message":"overloaded"}}', ...texts),
  ];
  for (const bytes of streams) {
    expect(expectSame([bytes], "openai-chat", "anthropic-messages")).toBeGreaterThan(0);
    for (const size of [400, 50]) expectSame(inPieces(bytes, size), "openai-chat", "anthropic-messages");
  }
});

it("keeps what was copied, whatever is copied after it for others", () => {
  const texts = (word: string, from: number) =>
    stream(...[0, 1, 2, 3].map((n) => chunk({ content: `${word} ${from + n}` })));
  const readers = ["one", "two", "three"].map((word) => ({
    frames: framesOf("openai-chat", "anthropic-messages"),
    chunks: [0, 4, 8].map((from) => texts(word, from)),
    said: [] as Buffer[],
    word,
  }));
  for (let turn = 0; turn < 3; turn++)
    for (const { frames, chunks, said } of readers)
      said.push(frames.push(chunks[turn] ?? Buffer.alloc(0)) ?? Buffer.alloc(0));
  for (const { chunks, said, word } of readers) {
    const alone = framesOf("openai-chat", "anthropic-messages");
    const expected = chunks.map((bytes) => alone.push(bytes)?.toString() ?? "");
    expect(said.map(String)).toEqual(expected);
    expect(expected.join("")).toContain(`${word} 11`);
  }
});
