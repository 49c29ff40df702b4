import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cut, harmless, widthOf } from "../../../src-gateway/cli/format.ts";
import { type Column, layOut } from "../../../src-gateway/cli/table.ts";

type Row = [name: string, amount: number, note: string];
const COLUMNS: Column<Row>[] = [
  { title: "NAME", value: ([name]) => name, min: 6 },
  { title: "AMOUNT", value: ([, amount]) => String(amount), right: true },
  { title: "NOTE", value: ([, , note]) => note, min: 5, leaveOut: 1 },
];
const plain = (_colour: string, text: string): string => text;
const print = (rows: Row[], width: number | null, willGrow = false): string[] => {
  const table = layOut(rows, COLUMNS, { width, paint: plain, willGrow });
  return [table.header(), ...rows.map((row) => table.line(row))];
};

describe("a table", () => {
  it("puts numbers right and text left, with nothing behind the last column", () => {
    expect(
      print(
        [
          ["a", 5, "x"],
          ["longer name", 12_345_678, ""],
        ],
        null,
      ),
    ).toEqual(["NAME           AMOUNT  NOTE", "a                   5  x", "longer name  12345678"]);
  });

  it("cuts what may be cut, the widest first, and then leaves columns out", () => {
    const rows: Row[] = [["a quite long name", 5, "a very long note indeed"]];
    expect(print(rows, 40)[1]).toMatch(/^a quite.*… +5 {2}a very.*…$/);
    expect(print(rows, 20)).toEqual(["NAME          AMOUNT", "a quite lon…       5"]);
  });

  it("fits whatever is in it", () => {
    const text = fc.oneof(fc.string({ unit: "grapheme" }), fc.string({ unit: "binary" }));
    const rows = fc.array(fc.tuple(text, fc.nat(), text), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(rows, fc.integer({ min: 24, max: 100 }), fc.boolean(), (list, width, willGrow) => {
        for (const line of print(list, width, willGrow)) {
          expect(widthOf(line)).toBeLessThanOrEqual(width);
          expect(line).not.toMatch(/[\r\n]/);
        }
      }),
    );
  });

  it("keeps its columns for rows that come later", () => {
    const table = layOut([], [{ ...(COLUMNS[0] as Column<Row>), reserve: 10 }, ...COLUMNS.slice(1)], {
      width: 40,
      paint: plain,
      willGrow: true,
    });
    expect(table.header()).toBe("NAME        AMOUNT  NOTE");
    expect(table.line(["eleven char", 7, "n".repeat(50)])).toBe(`eleven ch…       7  ${"n".repeat(19)}…`);
  });
});

describe("text for a terminal", () => {
  it("is as wide as it looks", () => {
    expect(["abc", "größe", "日本", "😀", "e\u0301"].map(widthOf)).toEqual([3, 5, 4, 2, 1]);
    expect(cut("日本語", 4)).toBe("日…");
    expect(cut("abc", 3)).toBe("abc");
  });

  it("holds nothing that steers it", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(harmless(text)).not.toMatch(/\p{Cc}|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
      }),
    );
  });
});
