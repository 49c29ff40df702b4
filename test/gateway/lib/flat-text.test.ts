import fc from "fast-check";
import { expect, it } from "vitest";
import { flatText, SteadyText } from "../../../src-gateway/lib/flat-text.ts";

it("makes every text anew as it was", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "binary" })), fc.nat(20), (parts, cut) => {
      const text = parts.join("\ud800").slice(cut);
      expect(flatText(text)).toBe(text);
    }),
  );
});

it("keeps the last text", () => {
  const last = new SteadyText();
  expect(last.again()).toBe("");
  for (const text of ["one", "two"]) {
    expect(last.put(text)).toBe(text);
    expect([last.again(), last.again()]).toEqual([text, text]);
  }
});
