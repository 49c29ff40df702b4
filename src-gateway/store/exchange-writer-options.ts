/** What the writer of exchange records is made from. */
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import type { ExchangeJournal } from "./exchange-journal.ts";
import type { Store } from "./open-store.ts";

export interface ExchangeWriterOptions {
  store: Store;
  instanceId: number;
  clock: Clock;
  log: Logger;
  /** Null keeps everything in memory. */
  spillFile: string | null;
  /** Null forgets what waits in memory when the process is killed. */
  journal?: ExchangeJournal | null;
  flushMs?: number;
  maxGroup?: number;
  /** More waiting records than this go to the spill file. */
  maxWaiting?: number;
  /** How long `stop` tries to reach the database. */
  stopPatienceMs?: number;
}
