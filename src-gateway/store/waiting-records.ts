/** The records that are not written yet: the newest state of each, in the order in which they came. */
import type { ExchangeRecord } from "../ir/exchange-record.ts";

export interface WaitingRecord {
  readonly record: ExchangeRecord;
  readonly sinceUs: number;
  /** Grows from record to record, so that a pass over them knows where it began. */
  readonly turn: number;
}

export class WaitingRecords {
  private readonly byId = new Map<number, WaitingRecord>();
  private turns = 0;

  get size(): number {
    return this.byId.size;
  }

  /** The turn of the record that came last. */
  get lastTurn(): number {
    return this.turns;
  }

  get oldest(): WaitingRecord | undefined {
    return this.byId.values().next().value;
  }

  has(id: number): boolean {
    return this.byId.has(id);
  }

  /** Replaces an earlier state of the same record, and keeps its place. */
  add(record: ExchangeRecord, nowUs: number): void {
    const before = this.byId.get(record.id);
    this.byId.set(record.id, { record, sinceUs: before?.sinceUs ?? nowUs, turn: before?.turn ?? ++this.turns });
  }

  /**
   * The oldest ones, at most `count`, of those that came no later than `turn`.
   * @param openUntilUs passes over those that are open and came later than this.
   */
  first(count: number, turn: number = this.turns, openUntilUs = Infinity): WaitingRecord[] {
    const found: WaitingRecord[] = [];
    for (const item of this.byId.values()) {
      if (found.length >= count || item.turn > turn) break;
      if (item.sinceUs <= openUntilUs || item.record.outcome !== "open") found.push(item);
    }
    return found;
  }

  /** A record that changed in the meantime stays: its newer state has yet to be written. */
  remove(items: Iterable<WaitingRecord>): void {
    for (const item of items) if (this.byId.get(item.record.id) === item) this.byId.delete(item.record.id);
  }
}
