import { appendFileSync, closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fromNumbers, isAlike, NUMBERS, putNumbers } from "../../../src-gateway/store/alike-exchanges.ts";
import type { OwnedRecord } from "../../../src-gateway/store/group-writer.ts";
import { NoteBlock, Noted, readBlocks } from "../../../src-gateway/store/note-blocks.ts";
import { anyRecord, completedRecord, FIRST_ID } from "../../support/exchange-records.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "note-blocks-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const count = fc.integer({ min: 0, max: 2 ** 50 });
const orNull = fc.option(count, { nil: null });
/** What two exchanges of one client may differ in. */
const anyNumbers = fc.record({
  queueUs: orNull,
  firstByteUs: orNull,
  firstTokenUs: orNull,
  totalUs: orNull,
  bytesIn: count,
  bytesOut: count,
  output: count,
  nano: count,
  endedUs: orNull,
  prefix: fc.option(fc.record({ sharedBytes: count, totalBytes: count, firstDifference: fc.constant(null) }), {
    nil: null,
  }),
});
type Numbers = typeof anyNumbers extends fc.Arbitrary<infer Value> ? Value : never;

function varied(owned: OwnedRecord, id: number, { output, nano, endedUs, ...numbers }: Numbers): OwnedRecord {
  const { record } = owned;
  const cost = record.cost === null ? null : { ...record.cost, nano };
  const attempts = record.attempts.map((attempt) => ({ ...attempt, endedUs }));
  return {
    ...owned,
    record: { ...record, ...numbers, id, cost, attempts, usage: { ...record.usage, output } },
  };
}

/** A few exchanges, each of which may come again with other numbers, in some order; in blocks of some sizes. */
const anyNoted = fc
  .record({
    bases: fc.array(
      fc
        .tuple(fc.nat(2), anyRecord, fc.constantFrom(null, { unitPrices: { input: 3 } }, { source: "a \t list" }))
        .map(([instanceId, record, price]): OwnedRecord => {
          // One price has one id.
          const cost = record.cost && {
            ...record.cost,
            priceId: price === null ? 1 : JSON.stringify(price).length,
            price,
          };
          return { instanceId, record: { ...record, cost } };
        }),
      { minLength: 1, maxLength: 4 },
    ),
    chosen: fc.array(fc.tuple(fc.nat(), anyNumbers), { maxLength: 40 }),
  })
  .map(({ bases, chosen }) =>
    chosen.map(([base, numbers], at) => varied(bases[base % bases.length] as OwnedRecord, at + 1, numbers)),
  );
const anySizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });

/** @returns the bytes of each block. */
function blocksOf(noted: readonly OwnedRecord[], sizes: readonly number[], before = new Noted()): Buffer[] {
  const blocks: Buffer[] = [];
  const block = new NoteBlock();
  const path = join(folder, "notes");
  for (let at = 0, turn = 0; at < noted.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    for (const owned of noted.slice(at, at + size)) block.add(owned, before);
    at += size;
    const fd = openSync(path, "w");
    block.writeTo(fd);
    closeSync(fd);
    blocks.push(readFileSync(path));
  }
  return blocks;
}

describe("what is noted of exchanges", () => {
  it("comes back as it was and in its order, whatever the exchanges", () => {
    fc.assert(
      fc.property(anyNoted, anySizes, (noted, sizes) => {
        expect(readBlocks(Buffer.concat(blocksOf(noted, sizes)))).toEqual(noted);
      }),
    );
  });

  it("loses nothing but the end where it was cut off, and nothing of what was noted after that", () => {
    fc.assert(
      fc.property(anyNoted, anySizes, fc.nat(), (noted, sizes, cut) => {
        const before = new Noted();
        const blocks = blocksOf(noted, sizes, before);
        const bytes = Buffer.concat(blocks);
        const end = cut % (bytes.length + 1);
        before.forget();
        const later = blocksOf(noted, sizes, before);
        const whole: OwnedRecord[] = [];
        for (let at = 0, from = 0, turn = 0; turn < blocks.length; turn++) {
          at += blocks[turn]?.length ?? 0;
          if (at > end) break;
          whole.push(...noted.slice(from, (from += sizes[turn % sizes.length] ?? 1)));
        }
        const found = readBlocks(Buffer.concat([bytes.subarray(0, end), ...later]));
        expect(found.slice(0, whole.length)).toEqual(whole);
        expect(found.slice(found.length - noted.length)).toEqual(noted);
        for (const each of found) expect(noted).toContainEqual(each);
      }),
    );
  });

  it("is a row of numbers for each that is like one before", () => {
    const noted = Array.from({ length: 100 }, (_, n) => ({
      instanceId: 1,
      record: completedRecord(FIRST_ID + n, { totalUs: n, session: n % 2 === 0 ? "one" : "two" }),
    }));
    const [block] = blocksOf(noted, [100]);
    expect(block?.length).toBeLessThan(2 * 1_000 + 98 * 8 * (1 + NUMBERS));
    expect(readBlocks(block ?? Buffer.alloc(0))).toEqual(noted);
  });

  it("does not lean on what the disk did not take", () => {
    const [first, second] = [0, 1].map((n) => ({ instanceId: 1, record: completedRecord(FIRST_ID + n) }));
    if (first === undefined || second === undefined) throw new Error("two were made");
    const [block, before] = [new NoteBlock(), new Noted()];
    block.add(first, before);
    const path = join(folder, "refused");
    const closed = openSync(path, "w");
    closeSync(closed);
    expect(() => block.writeTo(closed)).toThrow("EBADF");
    before.forget();
    block.add(second, before);
    const open = openSync(path, "w");
    block.writeTo(open);
    closeSync(open);
    expect(readBlocks(readFileSync(path))).toEqual([second]);
  });

  it("takes nothing for a note that is none", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), anyNoted, anySizes, (junk, noted, sizes) => {
        const path = join(folder, "junk");
        rmSync(path, { force: true });
        for (const bytes of [junk, ...blocksOf(noted, sizes), junk]) appendFileSync(path, bytes);
        expect(readBlocks(readFileSync(path))).toEqual(noted);
      }),
    );
  });
});

describe("exchanges that are alike", () => {
  it("are told apart by everything but numbers", () => {
    fc.assert(
      fc.property(anyRecord, anyRecord, (record, other) => {
        const [a, b] = [record, other].map((each) => ({ instanceId: 1, record: each })) as [OwnedRecord, OwnedRecord];
        // Each member of the one, one at a time, in place of that of the other.
        for (const name of Object.keys(record) as (keyof typeof record)[]) {
          const mixed = { instanceId: 1, record: { ...record, [name]: other[name] } };
          if (!isAlike(mixed, a)) continue;
          const numbers = new Float64Array(NUMBERS);
          expect(putNumbers(mixed.record, numbers, 0)).toBe(NUMBERS);
          expect(fromNumbers(a, numbers)).toEqual(mixed);
        }
        expect(isAlike({ ...b, instanceId: 2 }, b)).toBe(false);
      }),
    );
  });
});
