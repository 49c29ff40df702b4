/**
 * Writes exchange records in groups, off the hot path. Callers never wait, nothing throws and nothing is dropped: what
 * the database cannot take now waits in memory, and beyond a bound on disk.
 */
import { setImmediate as nextTurn, setTimeout as wait } from "node:timers/promises";
import type { ExchangeRecord } from "../ir/exchange-record.ts";
import { isDiskFull } from "../lib/disk-full.ts";
import { describeError, isTransient } from "./database-errors.ts";
import type { ExchangeWriter, ExchangeWriterOptions } from "./exchange-writer-options.ts";
import { createGroupWriter, type GroupWriter, type OwnedRecord } from "./group-writer.ts";
import type { RecordSeries } from "./record-series.ts";
import { createSpool, type Spool } from "./spool.ts";
import { type WaitingRecord, WaitingRecords } from "./waiting-records.ts";
import { WaitingSeries } from "./waiting-series.ts";
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
    flushMs: 100,
    maxGroup: 2_048,
    maxWaiting: 20_000,
    stopPatienceMs: 3_000,
    journal: null,
    ...options,
  });
}

class Writer implements ExchangeWriter {
  private readonly options: Required<ExchangeWriterOptions>;
  private readonly waiting: WaitingRecords;
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
    // PostgreSQL takes its values by another way, row by row.
    this.waiting = new WaitingRecords(
      options.store.dialect === "sqlite" ? new WaitingSeries(options.instanceId) : null,
    );
    this.spool = createSpool(options.spillFile, options.log);
    this.groups = createGroupWriter(options.store, (owned, error) => this.spool.putAside(owned, error));
    // What an earlier run left on disk.
    this.timer.set(0);
  }

  open(record: ExchangeRecord): void {
    // What is closed never opens again.
    if (this.waiting.has(record.id)) return;
    const opened: ExchangeRecord = record.outcome === "open" ? record : { ...record, outcome: "open" };
    this.waiting.add(opened, this.options.clock.monotonicUs());
    this.added(opened);
  }

  close(record: ExchangeRecord): void {
    this.waiting.close(record, this.options.clock.monotonicUs());
    this.added(record);
  }

  pending(): number {
    return this.waiting.size + this.spool.count();
  }

  spooled(): number {
    return this.spool.count();
  }

  lagMs(): number {
    const { oldest } = this.waiting;
    return oldest === null ? 0 : (this.options.clock.monotonicUs() - oldest.sinceUs) / 1000;
  }

  isDiskFull(): boolean {
    return this.isFull;
  }

  async flush(): Promise<void> {
    const until = this.waiting.lastTurn;
    for (;;) {
      await this.run(0);
      const { oldest } = this.waiting;
      if (this.retryMs > 0 || oldest === null || oldest.turn > until) return;
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
    const left = this.waiting.all();
    if (left.length === 0 || (await this.spool.keep(left.map(this.owned)))) return this.options.journal?.remove();
    this.options.log.error(
      { records: left.length },
      "neither the database nor the disk takes these records; they are lost",
    );
  }

  private added(record: ExchangeRecord): void {
    this.options.journal?.note(this.owned(record));
    this.scheduleNext();
    const { maxWaiting, clock } = this.options;
    if (this.waiting.size <= maxWaiting || this.spilling !== null) return;
    this.waiting.dissolveOthers(clock.monotonicUs());
    // Down to half the bound, so that it is not reached again at once.
    this.spilling = this.spill(this.waiting.first(this.waiting.size - Math.floor(maxWaiting / 2)))
      .then((isKept) => (isKept ? undefined : wait(SPILL_PAUSE_MS, undefined, { ref: false })))
      .finally(() => {
        this.spilling = null;
      });
  }

  private async spill(items: WaitingRecord[]): Promise<boolean> {
    const isKept = await this.spool.keep(items.map(({ record }) => this.owned(record)));
    if (isKept) this.waiting.remove(items);
    return isKept;
  }

  private readonly owned = (record: ExchangeRecord): OwnedRecord => ({
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
    const { journal, maxGroup, clock } = this.options;
    const openUntilUs = clock.monotonicUs() - patienceMs * 1000;
    let series = this.waiting.takeSeries(clock.monotonicUs());
    let { lastTurn } = this.waiting;
    const forget = journal?.turn();
    // The first as it is; then what was open and is closed by now has to be worth a transaction.
    for (let fewest = 1; ; ) {
      const group = this.waiting.first(maxGroup, lastTurn, openUntilUs).map(({ record }) => this.owned(record));
      if (series.length === 0) {
        if (group.length < fewest) break;
        await this.groups.write(group, (record) => this.waiting.forget(record));
      } else {
        const isWritten = await this.writeSeries(group, series);
        series = [];
        if (!isWritten) {
          ({ lastTurn } = this.waiting);
          continue;
        }
      }
      fewest = maxGroup / 4;
      // SQLite's part of this was synchronous: streams come first, then the next group.
      await nextTurn();
    }
    // What is left stands in the file that is about to be emptied.
    if (forget) for (const { record } of this.waiting.first(Infinity, lastTurn)) journal?.note(this.owned(record));
    journal?.settle();
    forget?.();
  }

  /** @returns false where they have to be written one by one, as which they wait from then on. */
  private async writeSeries(group: OwnedRecord[], series: readonly RecordSeries[]): Promise<boolean> {
    try {
      await this.groups.writeWithSeries(group, series);
    } catch (error) {
      this.waiting.dissolveSeries(this.options.clock.monotonicUs());
      if (isTransient(error)) throw error;
      return false;
    }
    this.waiting.settleSeries();
    for (const { record } of group) this.waiting.forget(record);
    return true;
  }
}
