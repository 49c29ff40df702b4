/** The second book in a running gateway: where it is kept, and what may be said of its errors. */
import { openClickHouse } from "../analytics/clickhouse.ts";
import { createFeeder } from "../analytics/feeder.ts";
import type { AnalyticsFeeder } from "../analytics/types.ts";
import type { Parts } from "./parts.ts";

const MAX_PROBLEM = 300;

/** Null where none is wanted. */
export function createAnalytics({ settings, ledgerStore: store, clock, log, redactor }: Parts): AnalyticsFeeder | null {
  const { clickhouse } = settings;
  if (clickhouse === null) return null;
  const { password } = new URL(clickhouse.url);
  for (const secret of [clickhouse.url, password, plain(password)]) redactor.add(secret);
  return createFeeder({
    store,
    open: () => openClickHouse(clickhouse),
    clock,
    schedule(callback, delayMs) {
      const timer = setTimeout(callback, delayMs).unref();
      return () => clearTimeout(timer);
    },
    random: Math.random,
    log,
    // A server's message may go on with a part of the rows.
    explain: (error) => redactor.redact(wordsOf(error)).slice(0, MAX_PROBLEM),
  });
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  const [line = ""] = error.message.split("\n");
  return line === "" ? (code ?? error.name) : line;
}

function plain(escaped: string): string {
  try {
    return decodeURIComponent(escaped);
  } catch {
    return escaped;
  }
}
