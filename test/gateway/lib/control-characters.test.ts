import fc from "fast-check";
import { expect, it } from "vitest";
import { holdsControlCharacters } from "../../../src-gateway/lib/control-characters.ts";

it("control characters are those that Unicode calls so", () => {
  const letters = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code));
  expect(letters.filter(holdsControlCharacters)).toEqual(letters.filter((letter) => /\p{Cc}/u.test(letter)));
  const text = fc
    .array(fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("\n", "\u007f", "a")))
    .map((all) => all.join(""));
  fc.assert(
    fc.property(text, (value) => {
      expect(holdsControlCharacters(value)).toBe(/\p{Cc}/u.test(value));
    }),
  );
});
