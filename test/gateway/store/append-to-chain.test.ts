/** Entries are packed into blocks and come out as they went in; of two that append to one chain at once, one is told. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { appendToChain, readChainEnd } from "../../../src-gateway/store/append-to-chain.ts";
import { digestOf, packEntry, unpackEntries } from "../../../src-gateway/store/chain-blocks.ts";
import { isBusy } from "../../../src-gateway/store/database-errors.ts";
import { type ChainEntry, ENTRY_KINDS } from "../../../src-gateway/store/ledger-chain.ts";
import { readChainLasts, readEntries } from "../../../src-gateway/store/read-chain.ts";
import { describeOnBothDatabases } from "../../suites/store.suite.ts";

const anyEntry = fc.record({
  kind: fc.constantFrom(...ENTRY_KINDS),
  id: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
  text: fc.string(),
});

function pack(entries: readonly ChainEntry[]): Buffer {
  let last = 0;
  const pieces = entries.map((entry) => {
    const piece = packEntry(entry, last);
    last = entry.id;
    return piece;
  });
  return Buffer.concat(pieces);
}

describe("packed entries", () => {
  it("come out as they went in", () => {
    fc.assert(
      fc.property(fc.array(anyEntry, { maxLength: 64 }), (entries) => {
        const found = unpackEntries(pack(entries))?.map(({ kind, id, digest }) => ({ kind, id, digest }));
        expect(found).toEqual(entries.map((entry) => ({ kind: entry.kind, id: entry.id, digest: digestOf(entry) })));
      }),
    );
  });

  it("are read or refused, whatever the bytes are", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const found = unpackEntries(bytes);
        expect(found === null || found.at(-1)?.end === bytes.length || bytes.length === 0).toBe(true);
      }),
    );
  });
});

const entriesOf = (from: number, count: number): ChainEntry[] =>
  Array.from({ length: count }, (_, n) => ({ kind: "exchange", id: from + n, text: `row ${from + n}` }));

describeOnBothDatabases("a chain", (database) => {
  it("grows block by block, whoever appends", async () => {
    const { db, dialect } = await database.open();
    let end = await readChainEnd(db, 1);
    for (const [from, count] of [
      [1_000, 3],
      [2_000, 61],
      [3_000, 130],
    ] as const) {
      end = await appendToChain(db, dialect, { instanceId: 1, end }, entriesOf(from, count));
      expect(await readChainEnd(db, 1)).toEqual(end);
    }
    expect((await readEntries(db, 1, 0, 500)).map(({ place }) => place)).toEqual(
      Array.from({ length: 194 }, (_, n) => n + 1),
    );
    expect(await readEntries(db, 1, 62, 3)).toEqual([
      { place: 63, kind: "exchange", id: 2_059 },
      { place: 64, kind: "exchange", id: 2_060 },
      { place: 65, kind: "exchange", id: 3_000 },
    ]);
    expect(await readChainLasts(db)).toMatchObject([{ instance_id: 1, place: 194 }]);
  });

  it.each([0, 5, 64])("tells the slower of two that append behind %i entries to try again", async (there) => {
    const { db, dialect } = await database.open();
    const empty = await readChainEnd(db, 1);
    const end = await appendToChain(db, dialect, { instanceId: 1, end: empty }, entriesOf(1, there));
    await appendToChain(db, dialect, { instanceId: 1, end }, entriesOf(1_000, 2));
    const slower = await appendToChain(db, dialect, { instanceId: 1, end }, entriesOf(2_000, 2)).catch(
      (error: unknown) => error,
    );
    expect(isBusy(slower)).toBe(true);
    expect(await readEntries(db, 1, there, 500)).toMatchObject([{ id: 1_000 }, { id: 1_001 }]);
  });
});
