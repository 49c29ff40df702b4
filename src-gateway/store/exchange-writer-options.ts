/** The writer of exchange records as others see it, and what it is made from. */
import type { ExchangeRecord } from "../ir/exchange-record.ts";
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
  /** So many waiting records are written at once, without waiting for more. */
  maxGroup?: number;
  /** More waiting records than this go to the spill file. */
  maxWaiting?: number;
  /** How long `stop` tries to reach the database. */
  stopPatienceMs?: number;
}

export interface ExchangeWriter {
  /**
   * The exchange is written as `open`: with the next group, or, where there is a journal, if it lasts a quarter of a second.
   * @param record does not change any more: whoever goes on with it hands over a copy.
   */
  open(record: ExchangeRecord): void;
  /** @param record does not change any more, as one may from whose provider is read on. */
  close(record: ExchangeRecord): void;
  /** Resolves when all that waits now is written, or the database does not take it: `pending` says which. */
  flush(): Promise<void>;
  /** The same with a little patience; what is left then goes to the spill file, for the next start. */
  stop(): Promise<void>;
  /** Records that are not in the database yet: those in memory, and those that this writer put on disk. */
  pending(): number;
  /** Those of them that are on disk. */
  spooled(): number;
  /** How long the oldest record in memory has waited. */
  lagMs(): number;
  /** The database's disk had no space left when it was last tried. */
  isDiskFull(): boolean;
}
