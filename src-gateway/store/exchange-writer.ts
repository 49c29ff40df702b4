/**
 * Writes exchange records in groups, off the hot path. Callers never wait, nothing throws and nothing is dropped: what
 * the database cannot take now waits in memory, and beyond a bound on disk.
 */
import { setImmediate as nextTurn, setTimeout as wait } from "node:timers/promises";
import { copyOf, type ExchangeRecord } from "../ir/exchange-record.ts";
import { isDiskFull } from "../lib/disk-full.ts";
import { describeError } from "./database-errors.ts";
import type { ExchangeWriter, ExchangeWriterOptions } from "./exchange-writer-options.ts";
import { createGroupWriter, type GroupWriter, type OwnedRecord } from "./group-writer.ts";
import { createSpool, type Spool } from "./spool.ts";
import { type WaitingRecord, WaitingRecords } from "./waiting-records.ts";
import { WriteTimer } from "./write-timer.ts";

export type { ExchangeWriter };

const FIRST_RETRY_MS = 20;
const LAST_RETRY_MS = 1_000;
/** Most exchanges are over sooner, and written once instead of twice; until then the journal has them. */
const OPEN_PATIENCE_MS = 250;
/** After the disk refused, memory has to do for this long. */
const SPILL_PAUSE_MS = 1_000;

export function createExchangeWriter(options: ExchangeWriterOptions): ExchangeWriter {
  return new Writer({
    flushMs: 50,
    maxGroup: 1_024,
    maxWaiting: 20_000,
    stopPatienceMs: 3_000,
    journal: null,
    ...options,
  });
}

class Writer implements ExchangeWriter {
  private readonly options: Required<ExchangeWriterOptions>;
  private readonly waiting = new WaitingRecords();
  private readonly spool: Spool;
  private readonly groups: GroupWriter;
  private readonly timer = new WriteTimer(() => void this.run());
  private running: Promise<void> | null = null;
  private spilling: Promise<void> | null = null;
  private reserving: Promise<void> | null = null;
  /** Zero while the database takes records. */
  private retryMs = 0;
  private isFull = false;
  private isStopped = false;

  constructor(options: Required<ExchangeWriterOptions>) {
    this.options = options;
    this.spool = createSpool(options.spillFile, options.log);
    this.groups = createGroupWriter(options.store, (owned, error) => this.spool.putAside(owned, error));
    // What an earlier run left on disk.
    this.timer.set(0);
  }

  open(record: ExchangeRecord): void {
    // What is closed never opens again.
    if (!this.waiting.has(record.id)) this.add(record.outcome === "open" ? record : { ...record, outcome: "open" });
  }

  close(record: ExchangeRecord): ExchangeRecord {
    const copy = copyOf(record);
    this.add(copy);
    return copy;
  }

  pending(): number {
    return this.waiting.size + this.spool.count();
  }

  spooled(): number {
    return this.spool.count();
  }

  lagMs(): number {
    const { oldest } = this.waiting;
    return oldest === undefined ? 0 : (this.options.clock.monotonicUs() - oldest.sinceUs) / 1000;
  }

  isDiskFull(): boolean {
    return this.isFull;
  }

  async flush(): Promise<void> {
    const until = this.waiting.lastTurn;
    for (;;) {
      await this.run(0);
      const { oldest } = this.waiting;
      if (this.retryMs > 0 || oldest === undefined || oldest.turn > until) return;
    }
  }

  async stop(): Promise<void> {
    if (this.isStopped) return;
    const deadline = performance.now() + this.options.stopPatienceMs;
    for (;;) {
      const leftMs = deadline - performance.now();
      // A server that does not answer must not hold up the end of the process.
      await Promise.race([this.flush(), wait(Math.max(0, leftMs))]);
      if (this.pending() === 0 || leftMs <= 0) break;
      await wait(this.retryMs > 0 ? 50 : 1);
    }
    this.isStopped = true;
    this.timer.stop();
    await this.spilling;
    await this.reserving;
    const left = this.waiting.first(Infinity);
    if (left.length === 0 || (await this.spill(left))) return this.options.journal?.remove();
    this.options.log.error(
      { records: left.length },
      "neither the database nor the disk takes these records; they are lost",
    );
  }

  private add(record: ExchangeRecord): void {
    this.waiting.add(record, this.options.clock.monotonicUs());
    this.options.journal?.note({ instanceId: this.options.instanceId, record });
    this.scheduleNext();
    const { maxWaiting } = this.options;
    if (this.waiting.size <= maxWaiting || this.spilling !== null) return;
    // Down to half the bound, so that it is not reached again at once.
    this.spilling = this.spill(this.waiting.first(this.waiting.size - Math.floor(maxWaiting / 2)))
      .then((isKept) => (isKept ? undefined : wait(SPILL_PAUSE_MS, undefined, { ref: false })))
      .finally(() => {
        this.spilling = null;
      });
  }

  private async spill(items: WaitingRecord[]): Promise<boolean> {
    const isKept = await this.spool.keep(items.map(this.owned));
    if (isKept) this.waiting.remove(items);
    return isKept;
  }

  private readonly owned = ({ record }: WaitingRecord): OwnedRecord => ({
    instanceId: this.options.instanceId,
    record,
  });

  private scheduleNext(): void {
    const { maxGroup, flushMs } = this.options;
    this.timer.set(this.retryMs || (this.waiting.size >= maxGroup ? 0 : flushMs));
  }

  /**
   * One pass at a time. Never rejects.
   * @param patienceMs how long an exchange has to be open before that is written, which has no time where it is not noted.
   */
  private run(patienceMs = this.options.journal === null ? 0 : OPEN_PATIENCE_MS): Promise<void> {
    if (this.running) return this.running;
    this.timer.clear();
    this.running = this.tryToWrite(patienceMs).finally(() => {
      this.running = null;
      if (this.pending() > 0) this.scheduleNext();
    });
    return this.running;
  }

  private async tryToWrite(patienceMs: number): Promise<void> {
    const { log } = this.options;
    try {
      await this.spool.replay((portion) => this.groups.write(portion, () => {}).then(() => nextTurn()));
      await this.writeWaiting(patienceMs);
      if (this.retryMs > 0) log.info({ waiting: this.pending() }, "the database takes records again");
      this.retryMs = 0;
      this.isFull = false;
      this.reserving = this.spool.holdSpace();
    } catch (error) {
      const fields = { waiting: this.pending(), ...describeError(error) };
      this.isFull = isDiskFull(error);
      if (this.retryMs === 0) log.warn(fields, "the database does not take records; they wait, none is lost");
      this.retryMs = Math.min(LAST_RETRY_MS, Math.max(FIRST_RETRY_MS, this.retryMs * 2));
    }
  }

  /** What waits when it begins; what comes meanwhile makes the next group. */
  private async writeWaiting(patienceMs: number): Promise<void> {
    const { lastTurn } = this.waiting;
    const { journal, maxGroup } = this.options;
    const openUntilUs = this.options.clock.monotonicUs() - patienceMs * 1000;
    const forget = journal?.turn();
    // The first as it is; then what was open and is closed by now has to be worth a transaction.
    for (let fewest = 1; ; fewest = maxGroup / 4) {
      const group = this.waiting.first(maxGroup, lastTurn, openUntilUs);
      if (group.length < fewest) break;
      await this.groups.write(group.map(this.owned), (record) => this.waiting.forget(record));
      // SQLite's part of this was synchronous: streams come first, then the next group.
      await nextTurn();
    }
    // What is left stands in the file that is about to be emptied.
    if (forget) for (const left of this.waiting.first(Infinity, lastTurn)) journal?.note(this.owned(left));
    journal?.settle();
    forget?.();
  }
}
