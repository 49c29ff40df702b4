import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseWithoutVectors } from "../../../src-gateway/protocols/parse-vectors.ts";
import { WIRES } from "../../../src-gateway/protocols/wires.ts";

const vector = Array.from({ length: 300 }, (_, n) => (n - 150) / 977);
const usage = { prompt_tokens: 12, total_tokens: 12 };
const answer = {
  object: "list",
  data: [0, 1].map((index) => ({ object: "embedding", index, embedding: vector })),
  model: "text-embedding-3-small",
  usage,
};

describe("an answer with embeddings", () => {
  it.each([
    ["numbers", JSON.stringify(answer)],
    ["numbers, written for people", JSON.stringify(answer, null, 2)],
    [
      "base64",
      JSON.stringify({ ...answer, data: [{ object: "embedding", index: 0, embedding: "AAAA".repeat(2_048) }] }),
    ],
  ])("is read for its usage, as %s", (_, text) => {
    const facts = WIRES["openai-chat"].readAnswer(Buffer.from(text), "embeddings");
    expect(facts).toMatchObject({ modelServed: answer.model, usage: { inputUncached: 12, output: 0 } });
  });

  it("is read on Gemini's wire, too", () => {
    const text = JSON.stringify({
      embeddings: [{ values: vector }, { values: vector }],
      usageMetadata: { promptTokenCount: 7 },
    });
    const facts = WIRES["gemini-content"].readAnswer(Buffer.from(text), "gemini-embeddings");
    expect(facts).toMatchObject({ usage: { inputUncached: 7 } });
  });

  it("is read with every word where it is an error", () => {
    const message = "The input is too long. ".repeat(20);
    const facts = WIRES["openai-chat"].readAnswer(Buffer.from(JSON.stringify({ error: { message } })), "embeddings");
    expect(facts.error?.message).toContain(message.trim());
  });

  it("is left without its vectors alone", () => {
    const data = [0, 1].map((index) => ({ object: "embedding", index, embedding: [] }));
    expect(parseWithoutVectors(Buffer.from(JSON.stringify(answer)))).toEqual({ ...answer, data });
    const short = { ...answer, data: [{ embedding: vector.slice(0, 10) }] };
    expect(parseWithoutVectors(Buffer.from(JSON.stringify(short)))).toEqual(short);
    const mixed = { data: [1.5, ...Array.from({ length: 40 }, (_, index) => ({ index, text: "a" }))] };
    expect(parseWithoutVectors(Buffer.from(JSON.stringify(mixed)))).toEqual(mixed);
  });
});

/** Long strings and lists of numbers may be empty: so they are here, whether they are or not. */
function withoutLong(value: unknown): unknown {
  if (typeof value === "string") return Buffer.byteLength(JSON.stringify(value)) > 200 ? "" : value;
  if (Array.isArray(value)) return value.every((each) => typeof each === "number") ? [] : value.map(withoutLong);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withoutLong(each)]));
}

const number = fc.double({ noNaN: true, noDefaultInfinity: true });
const awkward = fc.string({
  unit: fc.constantFrom('"', "\\", "]", "[", ",", ":", "1", "é", "\n", "x"),
  maxLength: 600,
});
/** After a key with a backslash the engine gives others its name: `src-gateway/lib/escaped-keys.ts`. */
const key = fc.oneof(fc.string(), awkward).filter((each) => !each.includes("\\"));
const leaf = fc.oneof(number, awkward, fc.boolean(), fc.constant(null), fc.array(number, { maxLength: 60 }));
const { value: anything } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    leaf,
    fc.array(tie("value"), { maxLength: 6 }),
    fc.dictionary(key, tie("value"), { maxKeys: 5 }),
    // Lists that begin like vectors, and are none.
    fc.tuple(number, fc.array(tie("value"), { maxLength: 4 })).map(([first, others]) => [first, ...others]),
  ),
}));

it("is what JSON.parse makes of any JSON, but for what is long", () => {
  fc.assert(
    fc.property(fc.dictionary(key, anything), fc.constantFrom(0, 2), (object, space) => {
      const bytes = Buffer.from(JSON.stringify(object, null, space));
      const whole = JSON.parse(bytes.toString()) as object;
      expect(withoutLong(parseWithoutVectors(bytes))).toEqual(withoutLong(whole));
    }),
    { numRuns: 500 },
  );
});

it("holds no object where the bytes are none", () => {
  for (const text of ["", "[1,2]", '"text"', `{"a":[${"1,".repeat(300)}`, `{"a":"${"x".repeat(400)}`, '{"a":1'])
    expect(parseWithoutVectors(Buffer.from(text))).toBeNull();
  fc.assert(fc.property(fc.uint8Array(), (bytes) => void parseWithoutVectors(Buffer.from(bytes))));
});
