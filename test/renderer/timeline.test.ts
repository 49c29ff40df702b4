import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lengthUs, piecesOf } from "../../src-renderer/features/requests/timeline.ts";

const moment = fc.option(fc.integer({ min: 0, max: 1_000_000 }));

describe("the course of a request", () => {
  it("is cut at its moments", () => {
    expect(piecesOf({ queueUs: 100, firstByteUs: 500, firstTokenUs: 600, totalUs: 1_000 })).toEqual([
      { phase: "queue", fromUs: 0, toUs: 100 },
      { phase: "firstByte", fromUs: 100, toUs: 500 },
      { phase: "firstToken", fromUs: 500, toUs: 600 },
      { phase: "rest", fromUs: 600, toUs: 1_000 },
    ]);
  });

  it.each([
    [
      "an answer without tokens",
      { queueUs: null, firstByteUs: 400, firstTokenUs: null, totalUs: 500 },
      ["firstByte", "rest"],
    ],
    ["no answer", { queueUs: 100, firstByteUs: null, firstTokenUs: null, totalUs: 500 }, ["queue", "firstByte"]],
    ["a refusal", { queueUs: null, firstByteUs: null, firstTokenUs: null, totalUs: 500 }, ["queue"]],
    ["nothing yet", { queueUs: null, firstByteUs: null, firstTokenUs: null, totalUs: 0 }, []],
  ])("of %s shows what it waited for", (_, times, phases) => {
    expect(piecesOf(times).map(({ phase }) => phase)).toEqual(phases);
  });

  it("fills the whole bar without gaps, whatever the moments are", () => {
    fc.assert(
      fc.property(
        fc.record({ queueUs: moment, firstByteUs: moment, firstTokenUs: moment, totalUs: moment }),
        (times) => {
          const pieces = piecesOf(times);
          let at = 0;
          for (const { fromUs, toUs } of pieces) {
            expect(fromUs).toBe(at);
            expect(toUs).toBeGreaterThan(fromUs);
            at = toUs;
          }
          expect(at).toBe(lengthUs(times));
        },
      ),
    );
  });
});
