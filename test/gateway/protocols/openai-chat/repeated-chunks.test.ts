import fc from "fast-check";
import { expect, it } from "vitest";
import { createRepeatedChunks } from "../../../../src-gateway/protocols/openai-chat/repeated-chunks.ts";
import { createStreamDecoder } from "../../../../src-gateway/protocols/openai-chat/stream-decoder.ts";

/** An event's name has each chunk parsed, which is what the short way has to come to. */
function eventsOf(chunks: readonly Buffer[], event: string | null) {
  const decoder = createStreamDecoder();
  const events = chunks.map((data) => decoder.push({ raw: data, data, event }));
  return [...events, decoder.end()];
}

const word = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.string({ unit: "binary", maxLength: 6 }),
  fc.constantFrom(
    "",
    '"',
    "\\",
    "\\n",
    'a"content":"b',
    '","content":"',
    "\u2028",
    "é漢😀",
    "line\n",
    "}]}",
    "content",
  ),
);
const delta = fc.oneof(
  { weight: 8, arbitrary: fc.record({ content: word }) },
  { weight: 3, arbitrary: fc.record({ role: fc.constant("assistant"), content: word, refusal: fc.constant(null) }) },
  { weight: 1, arbitrary: fc.record({ reasoning_content: word, content: fc.constantFrom("", null) }) },
  { weight: 1, arbitrary: fc.record({ reasoning: word, content: word }) },
  { weight: 1, arbitrary: fc.record({ content: word, tool_calls: fc.constant([]) }) },
  { weight: 1, arbitrary: fc.record({ content: word, refusal: word }) },
  {
    weight: 1,
    arbitrary: fc.record({
      tool_calls: fc
        .record({ name: fc.constantFrom("look", null), args: word })
        .map(({ name, args }) => [
          { index: 0, ...(name === null ? {} : { id: "c1" }), function: { name, arguments: args } },
        ]),
    }),
  },
);
const choice = fc.record(
  {
    index: fc.constantFrom(0, 0, 0, 1),
    delta,
    logprobs: fc.constantFrom(null, null, { content: [{ token: "content" }] }),
    finish_reason: fc.constantFrom(null, null, null, null, "stop", ""),
    text: fc.constantFrom("", null, "more"),
    usage: fc.constantFrom(null, { prompt_tokens: 3, completion_tokens: 1 }),
  },
  { requiredKeys: ["index", "delta", "finish_reason"] },
);
const chunk = fc.record(
  {
    id: fc.constantFrom("one", "one", "two"),
    created: fc.constantFrom(7, 7, 8),
    model: fc.constant("m"),
    choices: fc.oneof({ weight: 9, arbitrary: fc.tuple(choice) }, fc.array(choice, { maxLength: 2 })),
    usage: fc.constantFrom(null, null, { prompt_tokens: 9, completion_tokens: 2 }),
    service_tier: fc.constantFrom("default", "flex"),
    obfuscation: word,
    error: fc.constantFrom(null, null, null, null, null, null, null, { message: "no" }),
  },
  { requiredKeys: ["id", "created", "model", "choices"] },
);

it("says of any stream what parsing each of its chunks would", () => {
  fc.assert(
    fc.property(fc.array(chunk, { maxLength: 12 }), fc.constantFrom(0, 1), fc.nat(3), (chunks, indent, repeats) => {
      const all = chunks.flatMap((json) => Array.from({ length: repeats + 1 }, () => json));
      const bytes = all.map((json) => Buffer.from(JSON.stringify(json, null, indent)));
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
  chunks.learn(data, JSON.parse(data.toString()));
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

it("is not kept busy by a stream whose chunks never repeat each other", () => {
  const chunks = createRepeatedChunks();
  for (let n = 0; n < 10; n++) {
    const data = said("word", { created: n });
    expect(chunks.read(data)).toBeNull();
    chunks.learn(data, JSON.parse(data.toString()));
  }
  // It stopped learning some chunks ago.
  expect(chunks.read(said("word", { created: 9 }))).toBeNull();
});
