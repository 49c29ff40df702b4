import fc from "fast-check";
import { expect, it } from "vitest";
import { createRepeatedChunks } from "../../../../src-gateway/protocols/openai-chat/repeated-chunks.ts";
import { createStreamDecoder } from "../../../../src-gateway/protocols/openai-chat/stream-decoder.ts";
import { anyChatChunks } from "../../../support/arbitrary-chunks.ts";

/** An event's name has each chunk parsed, which is what the short way has to come to. */
function eventsOf(chunks: readonly Buffer[], event: string | null) {
  const decoder = createStreamDecoder();
  const events = chunks.map((data) => decoder.push({ raw: data, data, event }));
  return [...events, decoder.end()];
}

it("says of any stream what parsing each of its chunks would", () => {
  fc.assert(
    fc.property(anyChatChunks, (chunks) => {
      const bytes = chunks.map((text) => Buffer.from(text));
      expect(eventsOf(bytes, null)).toEqual(eventsOf(bytes, "chunk"));
    }),
    { numRuns: 400 },
  );
});

it("says so, too, of chunks that are no JSON, or cut", () => {
  const whole = JSON.stringify({ id: "one", choices: [{ index: 0, delta: { content: "word" }, finish_reason: null }] });
  const cuts = fc.record({ at: fc.nat(whole.length), put: fc.constantFrom("", '"', "\\", "\n", "x", "}") });
  fc.assert(
    fc.property(fc.array(cuts, { maxLength: 6 }), (list) => {
      const chunks = [
        whole,
        ...list.map(({ at, put }) => whole.slice(0, at) + put + whole.slice(at + put.length)),
        whole,
      ];
      const bytes = chunks.map((text) => Buffer.from(text));
      expect(eventsOf(bytes, null)).toEqual(eventsOf(bytes, "chunk"));
    }),
    { numRuns: 400 },
  );
});

const said = (content: string, more: object = {}): Buffer =>
  Buffer.from(JSON.stringify({ id: "one", choices: [{ index: 0, delta: { content }, finish_reason: null }], ...more }));
const learnt = (data: Buffer) => {
  const chunks = createRepeatedChunks();
  chunks.learn({ raw: data, data, event: null }, JSON.parse(data.toString()));
  return chunks;
};

it("reads the text of the next chunks without a parser, padded or not", () => {
  const plain = learnt(said("one"));
  expect(["two", "", "é", 'a\n"b"\\'].map((text) => plain.read(said(text)))).toEqual(["two", "", "é", 'a\n"b"\\']);
  const padded = learnt(said("one", { obfuscation: "AbC", usage: null }));
  expect(padded.read(said("two", { obfuscation: "x", usage: null }))).toBe("two");
  expect(padded.read(said("two", { obfuscation: "x", usage: 1 }))).toBeNull();
  expect(padded.read(said("two", { obfuscation: 'x"', usage: null }))).toBeNull();
});

it("knows thoughts from what is said", () => {
  const think = (delta: object): Buffer => Buffer.from(JSON.stringify({ id: "one", choices: [{ index: 0, delta }] }));
  for (const name of ["reasoning_content", "reasoning"]) {
    const chunks = learnt(think({ content: null, [name]: "Hm" }));
    expect([chunks.kind, chunks.read(think({ content: null, [name]: "so" }))]).toEqual(["thinking", "so"]);
    expect(chunks.read(think({ content: "so", [name]: "so" }))).toBeNull();
  }
  const both = think({ reasoning: "Hm", reasoning_content: "Hm" });
  expect(learnt(both).read(both)).toBeNull();
});

it("is not kept busy by a stream whose chunks never repeat each other", () => {
  const chunks = createRepeatedChunks();
  for (let n = 0; n < 10; n++) {
    const data = said("word", { created: n });
    expect(chunks.read(data)).toBeNull();
    chunks.learn({ raw: data, data, event: null }, JSON.parse(data.toString()));
  }
  // It stopped learning some chunks ago.
  expect(chunks.read(said("word", { created: 9 }))).toBeNull();
});
