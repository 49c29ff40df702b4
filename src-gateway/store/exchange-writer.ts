/**
 * Writes exchange records in groups, off the hot path. Callers never wait, nothing throws and nothing is dropped: what
 * the database cannot take now waits in memory, and beyond a bound on disk.
 */
import type { ExchangeRecord } from "../ir/exchange-record.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import { toRow } from "./exchange-rows.ts";
import type { Store } from "./open-store.ts";
import { createSpillFile, type SpilledRecord, type SpillFile } from "./spill-file.ts";
import { isTransient } from "./transient.ts";
import { createUpsert, type UpsertExchanges } from "./upsert-exchanges.ts";

export interface ExchangeWriter {
  /** The exchange exists from the next group on, as `open`. */
  open(record: ExchangeRecord): void;
  close(record: ExchangeRecord): void;
  /** Resolves when all that waits now is written. Rejects never; see `pending` for what could not be. */
  flush(): Promise<void>;
  stop(): Promise<void>;
  pending(): number;
  /** Age of the oldest record that waits. */
  lagMs(): number;
}

export interface ExchangeWriterOptions {
  store: Store;
  instanceId: number;
  clock: Clock;
  log: Logger;
  /** Null keeps everything in memory. */
  spillFile: string | null;
  flushMs?: number;
  maxGroup?: number;
  /** More waiting records than this go to the spill file. */
  maxWaiting?: number;
}

const FIRST_RETRY_MS = 20;
const LAST_RETRY_MS = 1_000;

export function createExchangeWriter(options: ExchangeWriterOptions): ExchangeWriter {
  return new Writer(options);
}

class Writer implements ExchangeWriter {
  private readonly options: ExchangeWriterOptions;
  private readonly upsert: UpsertExchanges;
  private readonly spill: SpillFile | null;
  private readonly flushMs: number;
  private readonly maxGroup: number;
  private readonly maxWaiting: number;
  /** The newest state of each record that waits, oldest first. */
  private waiting = new Map<number, ExchangeRecord>();
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> | null = null;
  private retryMs = 0;
  private hasSpilled = true;
  private isStopping = false;

  constructor(options: ExchangeWriterOptions) {
    this.options = options;
    this.upsert = createUpsert(options.store);
    this.spill = options.spillFile === null ? null : createSpillFile(options.spillFile);
    this.flushMs = options.flushMs ?? 50;
    this.maxGroup = options.maxGroup ?? 64;
    this.maxWaiting = options.maxWaiting ?? 20_000;
    // What an earlier run had to leave behind comes first.
    this.schedule(0);
  }

  open(record: ExchangeRecord): void {
    this.add({ ...record, outcome: "open" });
  }

  close(record: ExchangeRecord): void {
    this.add(record);
  }

  pending(): number {
    return this.waiting.size;
  }

  lagMs(): number {
    const oldest = this.waiting.keys().next().value;
    return oldest === undefined ? 0 : Math.max(0, (this.options.clock.nowUs() - oldest) / 1000);
  }

  async flush(): Promise<void> {
    do await this.run();
    while (this.waiting.size > 0 && this.retryMs === 0);
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    await this.flush();
    // A database that is only busy gets a last moment; one that is gone leaves its records on disk.
    for (let left = 20; left > 0 && this.waiting.size > 0; left--) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      await this.flush();
    }
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    if (this.waiting.size === 0) return;
    await this.spill?.append([...this.waiting.values()].map(this.own));
    this.options.log.error({ records: this.waiting.size }, "the database could not be written; these records wait in the spill file for the next start");
    if (this.spill) this.waiting.clear();
  }

  private readonly own = (record: ExchangeRecord): SpilledRecord => ({ instanceId: this.options.instanceId, record });

  private add(record: ExchangeRecord): void {
    this.waiting.set(record.id, record);
    if (this.waiting.size >= this.maxGroup && this.retryMs === 0) this.schedule(0);
    else if (this.timer === null) this.schedule(this.flushMs);
  }

  private schedule(delayMs: number): void {
    if (this.timer) {
      if (delayMs > 0) return;
      clearTimeout(this.timer);
    }
    this.timer = setTimeout(() => {
      this.timer = null;
      void this.run();
    }, delayMs);
    // The daemon stops through stop(); a pending group alone must not keep a command line tool alive.
    this.timer.unref();
  }

  /** One pass at a time over what waits. */
  private run(): Promise<void> {
    this.running ??= this.writeGroups().finally(() => {
      this.running = null;
      if (this.waiting.size > 0 && !this.isStopping) this.schedule(this.retryMs || this.flushMs);
    });
    return this.running;
  }

  private async writeGroups(): Promise<void> {
    try {
      if (this.hasSpilled) await this.replay();
      while (this.waiting.size > 0) {
        const group = [...this.waiting.values()].slice(0, this.maxGroup);
        await this.writeGroup(group);
        this.forget(group);
      }
      if (this.retryMs > 0) this.options.log.info({}, "the database takes records again");
      this.retryMs = 0;
    } catch (error) {
      if (this.retryMs === 0) {
        this.options.log.warn({ err: error, waiting: this.waiting.size }, "the database does not take records; they wait");
      }
      this.retryMs = Math.min(LAST_RETRY_MS, Math.max(FIRST_RETRY_MS, this.retryMs * 2));
      await this.spillOver();
    }
  }

  /** A record that changed while its group was written stays: its newer state has yet to be. */
  private forget(group: ExchangeRecord[]): void {
    for (const record of group) if (this.waiting.get(record.id) === record) this.waiting.delete(record.id);
  }

  private async writeGroup(group: ExchangeRecord[]): Promise<void> {
    const { instanceId } = this.options;
    try {
      const written = await this.upsert(group.map((record) => toRow(record, instanceId)));
      if (written < group.length) await this.moveForeignIds(group);
    } catch (error) {
      if (isTransient(error)) throw error;
      await this.isolate(group, error);
    }
  }

  /** The database refused the group for good: halve it until the record at fault stands alone. */
  private async isolate(group: ExchangeRecord[], error: unknown): Promise<void> {
    const [first] = group;
    if (first && group.length === 1) {
      this.options.log.error({ err: error, id: first.id }, "a record was refused by the database and put aside");
      await this.spill?.reject(this.own(first));
      return;
    }
    const middle = Math.ceil(group.length / 2);
    await this.writeGroup(group.slice(0, middle));
    await this.writeGroup(group.slice(middle));
  }

  /** Another replica had a request in the same microsecond: ours moves to the next free one. */
  private async moveForeignIds(group: ExchangeRecord[]): Promise<void> {
    const rows = await this.options.store.db
      .selectFrom("exchanges")
      .select(["id", "instance_id"])
      .where("id", "in", group.map((record) => record.id))
      .execute();
    const foreign = new Set(rows.filter((row) => row.instance_id !== this.options.instanceId).map((row) => row.id));
    const moved = group.filter((record) => foreign.has(record.id)).map((record) => ({ ...record, id: record.id + 1 }));
    if (moved.length > 0) await this.writeGroup(moved);
  }

  private async replay(): Promise<void> {
    if (this.spill) {
      const { records, done } = await this.spill.take();
      for (let at = 0; at < records.length; at += this.maxGroup) {
        await this.upsert(records.slice(at, at + this.maxGroup).map(({ record, instanceId }) => toRow(record, instanceId)));
      }
      if (records.length > 0) this.options.log.info({ records: records.length }, "records that waited on disk are in the database now");
      await done();
    }
    this.hasSpilled = false;
  }

  private async spillOver(): Promise<void> {
    if (this.spill === null || this.waiting.size <= this.maxWaiting) return;
    const oldest = [...this.waiting.values()].slice(0, this.waiting.size - Math.floor(this.maxWaiting / 2));
    try {
      await this.spill.append(oldest.map(this.own));
      this.hasSpilled = true;
      this.forget(oldest);
    } catch (error) {
      this.options.log.error({ err: error }, "records cannot be written to disk either; they stay in memory");
    }
  }
}
