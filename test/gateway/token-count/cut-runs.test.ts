import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cutRuns, MAX_RUN_UNITS } from "../../../src-gateway/token-count/cut-runs.ts";

const run = fc
  .tuple(fc.constantFrom("a", "Z", " ", "\n", "=", "/", "7", "é", "漢", "…", "🦊", "\ud800", "\udc00"), fc.nat(400))
  .map(([char, length]) => char.repeat(length));
const textOfRuns = fc.array(run, { maxLength: 12 }).map((runs) => runs.join(""));

describe("cutting runs", () => {
  it("loses nothing", () => {
    fc.assert(
      fc.property(textOfRuns, (text) => {
        expect(cutRuns(text).join("")).toBe(text);
      }),
    );
  });

  it("leaves no word, gap or row of signs longer than the tokenizer can bear", () => {
    const border = /[\p{L}\p{M}]+|\s+|[^\s\p{L}\p{M}\p{N}]+/gu;
    fc.assert(
      fc.property(textOfRuns, (text) => {
        const longest = Math.max(
          0,
          ...cutRuns(text)
            .flatMap((piece) => piece.match(border) ?? [])
            .map((w) => w.length),
        );
        // What lies beyond ASCII belongs to the run before it as well as to the one behind it.
        expect(longest).toBeLessThanOrEqual(2 * MAX_RUN_UNITS + 2);
      }),
    );
  });

  it("leaves ordinary text in one piece, and characters whole", () => {
    const page = "An ordinary sentence, with words; and numbers: 1,234.\n\tAnd code(that = 'is ordinary');\n".repeat(
      100,
    );
    expect(cutRuns(page)).toEqual([page]);
    expect(cutRuns("🦊".repeat(500)).filter((piece) => !piece.isWellFormed())).toEqual([]);
  });
});
