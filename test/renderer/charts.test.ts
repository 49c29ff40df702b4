import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chartCsv } from "../../src-renderer/components/charts/chart-csv.ts";
import { coloursOf, labelled, roomFor, stack, ticksTo } from "../../src-renderer/components/charts/scale.ts";

describe("the lines of a grid", () => {
  it("are round, evenly spaced, begin at nothing and reach the top", () => {
    expect(ticksTo(14)).toEqual([0, 5, 10, 15]);
    expect(ticksTo(0.3)).toEqual([0, 0.1, 0.2, 0.30000000000000004]);
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1e12, noNaN: true }), fc.integer({ min: 2, max: 8 }), (max, most) => {
        const ticks = ticksTo(max, most);
        expect(ticks[0]).toBe(0);
        expect(ticks.at(-1) ?? 0).toBeGreaterThanOrEqual(max * (1 - 1e-8));
        expect(ticks.length).toBeLessThanOrEqual(most + 1);
        expect(ticks.length).toBeGreaterThan(1);
      }),
    );
  });

  it("are there where there is nothing to show", () => {
    for (const none of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) expect(ticksTo(none)).toEqual([0, 1]);
  });
});

describe("labels", () => {
  it("are no more than fit, and the last is always there", () => {
    expect([...labelled(7, 3)]).toEqual([0, 3, 6]);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 30 }), (count, most) => {
        const shown = labelled(count, most);
        expect(shown.size).toBeLessThanOrEqual(most);
        expect(shown.has(count - 1)).toBe(true);
      }),
    );
  });
});

describe("a bar", () => {
  it("is its parts on each other; what is nothing or unknown takes no room", () => {
    expect(stack([2, null, 0, 3])).toEqual([
      { series: 0, from: 0, to: 2 },
      { series: 3, from: 2, to: 5 },
    ]);
  });
});

describe("colours", () => {
  it("are those of the names, whatever else is shown in whichever order, while there are enough", () => {
    const names = ["anthropic", "openai", "google"];
    expect(coloursOf(names.toReversed())).toEqual(coloursOf(names));
    fc.assert(
      fc.property(fc.uniqueArray(fc.string(), { maxLength: 10 }), (some) => {
        const colours = [...coloursOf(some).values()];
        expect(new Set(colours).size).toBe(some.length);
        for (const colour of colours) expect(colour >= 1 && colour <= 10).toBe(true);
      }),
    );
    expect(coloursOf(Array.from({ length: 30 }, (_, place) => `${place}`)).size).toBe(30);
  });
});

describe("a chart as a file", () => {
  it("has a line a bucket, gaps where nothing is known, and no formula", () => {
    const csv = chartCsv({
      buckets: ["May 1", "May 2"],
      series: [
        { name: "=cmd()", values: [1.5, null] },
        { name: 'a "b", c', values: [0] },
      ],
    });
    expect(csv.split("\r\n")).toEqual([`,'=cmd(),"a ""b"", c"`, "May 1,1.5,0", "May 2,,"]);
  });
});

describe("the room beside a chart", () => {
  it("is the same for short numbers, and enough for long ones", () => {
    expect(roomFor(["$0.00", "$1.50"])).toBe(roomFor(["0", "200"]));
    expect(roomFor(["$0.00050", "$0.0010"])).toBeGreaterThanOrEqual(8 * 6.5);
    expect(roomFor(["$0.00050"])).toBeGreaterThan(roomFor(["$0.00"]));
  });
});
