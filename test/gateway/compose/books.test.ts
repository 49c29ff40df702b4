import { expect, it } from "vitest";
import { type BookParts, openBooks } from "../../../src-gateway/compose/books.ts";
import type { ExchangeRecord } from "../../../src-gateway/ir/exchange-record.ts";
import { systemClock } from "../../../src-gateway/lib/clock.ts";
import { silentLogger } from "../../../src-gateway/lib/logger.ts";
import { createRequestLog } from "../../../src-gateway/request-log/request-log.ts";
import { createRedactor } from "../../../src-gateway/secrets/redact.ts";
import { describeOnBothDatabases } from "../../suites/store.suite.ts";
import { completedRecord, FIRST_ID } from "../../support/exchange-records.ts";
import { bookWith } from "../prices/price-book.ts";

const withoutCost = (record: ExchangeRecord): ExchangeRecord => ({ ...record, cost: null });

describeOnBothDatabases("the books", (database) => {
  it("keep a record as it was when it was closed, and show it so to whoever watches", async () => {
    const ledgerStore = await database.open();
    const book = bookWith(null);
    const prices = { ready: async () => {}, whenAsked: async () => {}, book: () => book };
    const parts = {
      settings: { dataDir: database.folder },
      ledgerStore,
      clock: systemClock,
      log: silentLogger,
      prices,
      redactor: createRedactor(),
    } as unknown as BookParts;
    const books = await openBooks(parts);
    const watched: ExchangeRecord[] = [];
    books.watchers.add((record) => void (record && watched.push(record)));
    const records = Array.from({ length: 100 }, (_, n) => completedRecord(FIRST_ID + n));
    await new Promise(setImmediate);
    for (const record of records) {
      books.records.close(record);
      // Its provider is read on.
      record.usage.output = 1_000_000;
      record.outcome = "failed";
      for (const attempt of record.attempts) attempt.reason = "changed later";
    }
    await books.close();
    const closed = Array.from({ length: 100 }, (_, n) => completedRecord(FIRST_ID + n));
    expect(watched.map(withoutCost)).toEqual(closed);
    const kept = await createRequestLog(ledgerStore).list({ limit: 1_000 });
    expect(kept.map(withoutCost).toSorted((a, b) => a.id - b.id)).toEqual(closed);
  });
});
