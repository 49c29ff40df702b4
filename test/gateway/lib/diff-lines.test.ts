import fc from "fast-check";
import { expect, it } from "vitest";
import { diffLines } from "../../../src-gateway/lib/diff-lines.ts";

const text = fc.array(fc.constantFrom("a", "b", "c", ""), { maxLength: 12 }).map((lines) => lines.join("\n"));
const sideOf = (lines: ReturnType<typeof diffLines>, side: "left" | "right"): string =>
  lines.flatMap((line) => line[side] ?? []).join("\n");

it("has all lines of both, in their order", () => {
  fc.assert(
    fc.property(text, text, (left, right) => {
      const lines = diffLines(left, right);
      expect([sideOf(lines, "left"), sideOf(lines, "right")]).toEqual([left, right]);
      expect(lines.every((line) => line.left === line.right)).toBe(left === right);
    }),
  );
});

it("sets what was changed beside what it was, and leaves the rest alone", () => {
  expect(diffLines("one\ntwo\nthree\nfour", "one\n2\nthree\nfour\nfive")).toEqual([
    { left: "one", right: "one" },
    { left: "two", right: "2" },
    { left: "three", right: "three" },
    { left: "four", right: "four" },
    { left: null, right: "five" },
  ]);
});

it("is not slow on long texts that have nothing in common", () => {
  const long = (mark: string): string => Array.from({ length: 20_000 }, (_, place) => `${mark}${place}`).join("\n");
  expect(diffLines(long("a"), long("b"))).toHaveLength(20_000);
});
