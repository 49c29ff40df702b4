import fc from "fast-check";
import { expect, it } from "vitest";
import { createAnswerTap } from "../../../../src-gateway/exchange/passthrough/answer-tap.ts";
import { LeanJson } from "../../../../src-gateway/exchange/passthrough/lean-json.ts";

/** Where no string is longer than 1,024 bytes. */
function withoutLong(value: unknown): unknown {
  if (typeof value === "string") return Buffer.byteLength(JSON.stringify(value)) - 2 > 1_024 ? "" : value;
  if (Array.isArray(value)) return value.map(withoutLong);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withoutLong(each)]));
}

const awkward = fc.string({ unit: fc.constantFrom('"', "\\", "]", "{", ":", "é", "\n", "x"), maxLength: 1_400 });
const text = fc.oneof(awkward, fc.string());
const { value: anything } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    text,
    fc.integer(),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(fc.string(), tie("value"), { maxKeys: 4 }),
  ),
}));

it("keeps all but the long strings, however the bytes are cut into chunks", () => {
  fc.assert(
    fc.property(fc.array(anything), fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1 }), (value, sizes) => {
      const bytes = Buffer.from(JSON.stringify(value));
      const lean = new LeanJson();
      let count = 0;
      for (let at = 0; at < bytes.length; ) {
        const end = at + (sizes[count++ % sizes.length] ?? 1);
        lean.push(bytes.subarray(at, end));
        at = end;
      }
      expect(lean.bytes()).toHaveLength(lean.length);
      expect(JSON.parse(lean.bytes().toString())).toEqual(withoutLong(value));
    }),
    { numRuns: 300 },
  );
});

it("counts the pictures of an answer of any length, and what it says to have used", () => {
  const picture = "iVBORw0KGgo".repeat(300_000);
  const answer = (more: object): Buffer =>
    Buffer.from(JSON.stringify({ created: 1, data: [{ b64_json: picture }, { b64_json: picture }], ...more }));
  const facts = (bytes: Buffer): unknown => {
    const tap = createAnswerTap({ surface: "images", wire: "openai-chat", contentType: "application/json" });
    for (let at = 0; at < bytes.length; at += 65_536) tap.push(bytes.subarray(at, at + 65_536));
    return tap.finish().facts;
  };
  expect(facts(answer({}))).toMatchObject({ counts: { images: 2 } });
  const usage = { input_tokens: 9, output_tokens: 4_160, total_tokens: 4_169 };
  expect(facts(answer({ usage }))).toMatchObject({ usage: { inputUncached: 9, output: 4_160 }, counts: null });
});
