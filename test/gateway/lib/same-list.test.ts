import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expandSame, filterSame, mapSame } from "../../../src-gateway/lib/same-list.ts";

interface Item {
  n: number;
}

const lists = fc.array(fc.record({ n: fc.nat(5) }), { maxLength: 8 });
/** Says in which order, and how often, it was asked about what. */
const noting =
  <Result>(asked: Item[], change: (item: Item) => Result) =>
  (item: Item): Result => {
    asked.push(item);
    return change(item);
  };

describe("a pass over a list", () => {
  it("does what the list's own methods do, and asks once about each item", () => {
    fc.assert(
      fc.property(lists, fc.nat(5), (list, odd) => {
        const before = structuredClone(list);
        const more = (item: Item): Item => (item.n === odd ? { n: item.n + 10 } : item);
        const several = (item: Item): Item | Item[] =>
          item.n > odd ? item : Array.from({ length: item.n % 3 }, () => ({ n: item.n + 20 }));
        const stays = (item: Item): boolean => item.n !== odd;
        const asked: Item[] = [];
        expect(mapSame(list, noting(asked, more))).toEqual(list.map(more));
        expect(expandSame(list, noting(asked, several))).toEqual(list.flatMap(several));
        expect(filterSame(list, noting(asked, stays))).toEqual(list.filter(stays));
        expect(asked).toEqual([...list, ...list, ...list]);
        expect(list).toEqual(before);
      }),
    );
  });

  it("that changes nothing gives the list itself back", () => {
    fc.assert(
      fc.property(lists, (list) => {
        expect(mapSame(list, (item) => item)).toBe(list);
        expect(expandSame(list, (item) => item)).toBe(list);
        expect(filterSame(list, () => true)).toBe(list);
      }),
    );
  });
});
