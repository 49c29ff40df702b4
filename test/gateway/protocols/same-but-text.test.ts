import fc from "fast-check";
import { expect, it } from "vitest";
import { createSameButText } from "../../../src-gateway/protocols/same-but-text.ts";

const chunk = (content: string, more: object = {}): Buffer =>
  Buffer.from(
    JSON.stringify({ id: "c", choices: [{ delta: { content }, finish_reason: null }], usage: null, ...more }),
  );
const learned = (): ReturnType<typeof createSameButText> => {
  const same = createSameButText('"content":"');
  same.learn(chunk("the first"));
  return same;
};

it("fits a frame that differs in nothing but its text", () => {
  const same = learned();
  expect(same.fits(chunk(" and the second"))).toBe(true);
  expect(same.fits(chunk(""))).toBe(true);
  expect(same.fits(chunk("ärger \u2028 {}[],:"))).toBe(true);
});

it("does not fit what says more, whatever its text", () => {
  fc.assert(
    fc.property(fc.string(), fc.constantFrom("usage", "error", "finish_reason"), (text, key) => {
      const same = learned();
      expect(same.fits(chunk(text, { [key]: { total_tokens: 1 } }))).toBe(false);
      expect(same.fits(chunk(`${text}"},"${key}":1,"x":{"y":"`))).toBe(false);
    }),
  );
});

it("fits every text without escapes, and nothing that has more behind it", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.uint8Array(), (text, noise) => {
      const same = learned();
      const frame = chunk(text);
      // An escape may hide a quote: such a text is looked at in the slow way, and every other one fits.
      expect(same.fits(frame) || JSON.stringify(text).includes("\\")).toBe(true);
      expect(same.fits(Buffer.concat([frame, noise]))).toBe(noise.length === 0 && same.fits(frame));
    }),
  );
});

it("fits nothing before it has learned, or where there is no such text", () => {
  const same = createSameButText('"content":"');
  expect(same.fits(chunk("a"))).toBe(false);
  same.learn(Buffer.from('{"choices":[]}'));
  expect(same.fits(Buffer.from('{"choices":[]}'))).toBe(false);
});
