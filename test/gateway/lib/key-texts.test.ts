import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KeyTexts } from "../../../src-gateway/lib/key-texts.ts";

describe("KeyTexts", () => {
  it("gives the text of the bytes whatever was met before, and however many keys share a hash", () => {
    const keys = fc.array(
      fc.record({
        bytes: fc.oneof(
          fc.string({ unit: "grapheme", maxLength: 50 }).map((text) => Buffer.from(text)),
          fc.uint8Array({ maxLength: 3 }).map((bytes) => Buffer.from(bytes)),
        ),
        hash: fc.integer({ min: -3, max: 3 }),
        before: fc.nat(4),
      }),
    );
    fc.assert(
      fc.property(keys, (met) => {
        const texts = new KeyTexts();
        for (const { bytes, hash, before } of [...met, ...met]) {
          const body = Buffer.concat([Buffer.alloc(before, "x"), bytes, Buffer.from("y")]);
          expect(texts.textOf(body, before, before + bytes.length, hash)).toBe(bytes.toString("utf8"));
        }
      }),
    );
  });
});
