/** The records of this run: what the last one left behind, who writes now, and who watches. */
import { join } from "node:path";
import type { ExchangeRecord } from "../ir/exchange-record.ts";
import { createExchangeWriter, type ExchangeWriter } from "../store/exchange-writer.ts";
import { recoverInterrupted, startInstance } from "../store/instances.ts";
import type { Parts } from "./parts.ts";

export interface Books {
  writer: ExchangeWriter;
  records: { open(record: ExchangeRecord): void; close(record: ExchangeRecord): void };
  /** Told each closed exchange; null when the gateway stops. */
  watchers: Set<(record: ExchangeRecord | null) => void>;
  /** Every record first, then the word that nothing is missing. */
  close(): Promise<void>;
}

export async function openBooks(parts: Parts): Promise<Books> {
  const { settings, ledgerStore, clock, log } = parts;
  await tellInterrupted(parts);
  const run = await startInstance(ledgerStore, clock, log);
  const writer = createExchangeWriter({
    store: ledgerStore,
    instanceId: run.id,
    clock,
    log,
    spillFile: join(settings.dataDir, "unsaved-exchanges.ndjson"),
  });
  const watchers: Books["watchers"] = new Set();
  return {
    writer,
    watchers,
    records: {
      open: (record) => writer.open(record),
      close: (record) => {
        writer.close(record);
        for (const watcher of watchers) watcher(record);
      },
    },
    async close() {
      await writer.stop();
      await run.stop();
    },
  };
}

async function tellInterrupted({ ledgerStore, clock, log }: Parts): Promise<void> {
  const { interrupted, runs } = await recoverInterrupted(ledgerStore, clock);
  if (runs.length === 0) return;
  log.warn(
    { interrupted, runs },
    `the previous run ended without stopping; ${interrupted} open requests are recorded as interrupted, and requests that ended in its last 50 ms may be missing`,
  );
}
