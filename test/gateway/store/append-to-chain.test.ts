/** Entries are packed into blocks and come out as they went in; of two that append to one chain at once, one is told. */
import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { appendToChain, readChainEnd } from "../../../src-gateway/store/append-to-chain.ts";
import { digestOf, growBlock, unpackEntries } from "../../../src-gateway/store/chain-blocks.ts";
import { isBusy } from "../../../src-gateway/store/database-errors.ts";
import { toRow } from "../../../src-gateway/store/exchange-rows.ts";
import {
  CHAINED_COLUMNS,
  type ChainEntry,
  ENTRY_KINDS,
  exchangeText,
} from "../../../src-gateway/store/ledger-chain.ts";
import { readChainLasts, readEntries } from "../../../src-gateway/store/read-chain.ts";
import { describeOnBothDatabases } from "../../suites/store.suite.ts";
import { anyRecord } from "../../support/exchange-records.ts";

const anyEntry = fc.record({
  kind: fc.constantFrom(...ENTRY_KINDS),
  id: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
  text: fc.string(),
});

describe("an entry", () => {
  it("vouches for the columns in the order of their list", () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        const row = toRow(record, 3);
        expect(exchangeText(row)).toBe(JSON.stringify(CHAINED_COLUMNS.map((column) => row[column])));
      }),
    );
  });

  it("keeps half of the SHA-256 of its kind and text", () => {
    const digest = createHash("sha256").update("correction").update('[1,"é"]').digest().subarray(0, 16);
    expect(digestOf({ kind: "correction", text: '[1,"é"]' })).toEqual(digest);
  });
});

describe("packed entries", () => {
  it("come out as they went in", () => {
    fc.assert(
      fc.property(fc.array(anyEntry, { maxLength: 64 }), fc.nat({ max: 64 }), (entries, count) => {
        const [first, second] = [entries.slice(0, count), entries.slice(count)];
        const packed = growBlock(growBlock(Buffer.alloc(0), first, 0), second, first.at(-1)?.id ?? 0);
        const found = unpackEntries(packed)?.map(({ kind, id, digest }) => ({ kind, id, digest }));
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
