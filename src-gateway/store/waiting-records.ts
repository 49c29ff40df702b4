/** The records that are not written yet: the newest state of each, in the order in which they came. */
import type { ExchangeRecord } from "../ir/exchange-record.ts";
import { PassingMap } from "../lib/passing-map.ts";

export interface WaitingRecord {
  readonly record: ExchangeRecord;
  readonly sinceUs: number;
  /** Grows from record to record, so that a pass over them knows where it began. */
  readonly turn: number;
}

interface Item extends WaitingRecord {
  before: Item | null;
  after: Item | null;
}

export class WaitingRecords {
  private readonly byId = new PassingMap<Item>();
  private front: Item | null = null;
  private back: Item | null = null;
  private turns = 0;

  get size(): number {
    return this.byId.size;
  }

  /** The turn of the record that came last. */
  get lastTurn(): number {
    return this.turns;
  }

  get oldest(): WaitingRecord | undefined {
    return this.front ?? undefined;
  }

  has(id: number): boolean {
    return this.byId.get(id) !== undefined;
  }

  /** Replaces an earlier state of the same record, and keeps its place. */
  add(record: ExchangeRecord, nowUs: number): void {
    const known = this.byId.get(record.id);
    const { before, after } = known ?? { before: this.back, after: null };
    const item: Item = { record, sinceUs: known?.sinceUs ?? nowUs, turn: known?.turn ?? ++this.turns, before, after };
    if (known) known.before = known.after = null;
    this.byId.set(record.id, item);
    this.join(before, item);
    this.join(item, after);
  }

  /**
   * The oldest ones, at most `count`, of those that came no later than `turn`.
   * @param openUntilUs passes over those that are open and came later than this.
   */
  first(count: number, turn: number = this.turns, openUntilUs = Infinity): WaitingRecord[] {
    const found: WaitingRecord[] = [];
    for (let item = this.front; item !== null; item = item.after) {
      if (found.length >= count || item.turn > turn) break;
      if (item.sinceUs <= openUntilUs || item.record.outcome !== "open") found.push(item);
    }
    return found;
  }

  /** A record that changed in the meantime stays: its newer state has yet to be written. */
  remove(items: Iterable<WaitingRecord>): void {
    for (const item of items) if (this.byId.get(item.record.id) === item) this.drop(item.record.id);
  }

  /** The same of one, by the very record that it was added with. */
  forget(record: ExchangeRecord): void {
    if (this.byId.get(record.id)?.record === record) this.drop(record.id);
  }

  private drop(id: number): void {
    const item = this.byId.get(id);
    if (item === undefined) return;
    this.byId.delete(id);
    const { before, after } = item;
    // What has left must not lead to those that are still there: it may lie in old memory, and would hold them.
    item.before = item.after = null;
    this.join(before, after);
  }

  private join(before: Item | null, after: Item | null): void {
    if (before === null) this.front = after;
    else before.after = after;
    if (after === null) this.back = before;
    else after.before = before;
  }
}
