/** The records of this run: what the last one left behind, who writes now, and who watches. */

import { copyOf, type ExchangeRecord } from "../ir/exchange-record.ts";
import { turnClock } from "../lib/clock.ts";
import { priceAttempts, priceRecord } from "../prices/price-record.ts";
import { createExchangeJournal, recoverJournals } from "../store/exchange-journal.ts";
import { createExchangeWriter, type ExchangeWriter } from "../store/exchange-writer.ts";
import { recoverInterrupted, startInstance } from "../store/instances.ts";
import { keepPartitions } from "../store/partitions.ts";
import { cleanRecord } from "./clean-record.ts";
import type { Parts } from "./parts.ts";
import { adoptSpills, spillFileOf } from "./spill-files.ts";

export interface Books {
  /** This run, in the table of instances. */
  runId: number;
  writer: ExchangeWriter;
  records: { open(record: ExchangeRecord): void; close(record: ExchangeRecord): undefined };
  /** Told each closed exchange, as it stays; null when the gateway stops. */
  watchers: Set<(record: ExchangeRecord | null) => void>;
  /** Ends when what was closed so far is written, as far as the database takes it. */
  written(): Promise<void>;
  /** Every record first, then the word that nothing is missing. */
  close(): Promise<void>;
}

/** What the records of a run are made with. */
export type BookParts = Pick<Parts, "settings" | "ledgerStore" | "clock" | "log" | "prices" | "redactor">;

export async function openBooks(parts: BookParts): Promise<Books> {
  const { settings, ledgerStore, clock, log, prices, redactor } = parts;
  await tellInterrupted(parts);
  const spillFile = spillFileOf(settings);
  await adoptSpills(settings);
  await recoverJournals(settings.dataDir, spillFile);
  const run = await startInstance(ledgerStore, clock, log);
  const stopPartitions = await keepPartitions(ledgerStore, clock, log);
  const writer = createExchangeWriter({
    store: ledgerStore,
    instanceId: run.id,
    clock: turnClock,
    log,
    spillFile,
    journal: createExchangeJournal(settings.dataDir, log),
  });
  const watchers: Books["watchers"] = new Set();
  const closeNow = (record: ExchangeRecord): void => {
    cleanRecord(record, redactor);
    record.attempts = priceAttempts(prices.book(), record);
    record.cost = priceRecord(prices.book(), record);
    // Its provider may be read on.
    const kept = copyOf(record);
    writer.close(kept);
    for (const watcher of watchers) watcher(kept);
  };
  // The price data are loaded with the first request, and while the provider thinks: half a megabyte of program text would
  // hold up a start. Requests that end before wait for them rather than being written down as unpriced.
  let waiting: ExchangeRecord[] | null = [];
  let isAsking = false;
  const askForPrices = (): void => {
    if (isAsking || waiting === null) return;
    isAsking = true;
    setImmediate(() => void prices.ready().catch(() => {}));
  };
  const opening = prices
    .whenAsked()
    .catch((err: unknown) => log.error({ err }, "without the prices of the program, requests are recorded as unpriced"))
    .then(() => {
      const records = waiting ?? [];
      waiting = null;
      for (const record of records) closeNow(record);
    });
  return {
    runId: run.id,
    writer,
    watchers,
    records: {
      open: (record) => {
        askForPrices();
        writer.open(cleanRecord(record, redactor));
      },
      close: (record) => {
        if (waiting === null) closeNow(record);
        else waiting.push(record);
        askForPrices();
        return undefined;
      },
    },
    async written() {
      if (isAsking) await opening;
      if (writer.pending() > 0) await writer.flush();
    },
    async close() {
      stopPartitions();
      if (isAsking) await opening;
      await writer.stop();
      await run.stop();
    },
  };
}

async function tellInterrupted({ ledgerStore, clock, log }: BookParts): Promise<void> {
  const { interrupted, runs } = await recoverInterrupted(ledgerStore, clock);
  if (runs.length === 0) return;
  log.warn(
    { interrupted, runs },
    `the previous run ended without stopping; ${interrupted} open requests are recorded as interrupted`,
  );
}
