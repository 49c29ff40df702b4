/** The records that are not written yet: the newest state of each, in the order in which they came, or in series. */
import type { ExchangeRecord } from "../ir/exchange-record.ts";
import { PassingMap } from "../lib/passing-map.ts";
import type { RecordSeries } from "./record-series.ts";
import type { Waited, WaitingSeries } from "./waiting-series.ts";

/** Turns grow from record to record, so that a pass over them knows where it began. */
export interface WaitingRecord extends Waited {
  readonly record: ExchangeRecord;
}

/** When fewer wait, they are written one by one: series save work where there is much. */
const ENOUGH_FOR_SERIES = 32;

interface Item extends WaitingRecord {
  before: Item | null;
  after: Item | null;
}

export class WaitingRecords {
  private readonly byId = new PassingMap<Item>();
  private front: Item | null = null;
  private back: Item | null = null;
  private turns = 0;
  private readonly series: WaitingSeries | null;

  /** @param series null where each waits by itself. */
  constructor(series: WaitingSeries | null) {
    this.series = series;
  }

  get size(): number {
    return this.byId.size + (this.series?.size ?? 0);
  }

  /** The turn of the record that came last. */
  get lastTurn(): number {
    return this.turns;
  }

  get oldest(): Waited | null {
    const inSeries = this.series?.oldest ?? null;
    if (this.front === null || inSeries === null) return this.front ?? inSeries;
    return inSeries.turn < this.front.turn ? inSeries : this.front;
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

  /** The same of one that does not change any more; it may lose its place, and what `has` knows of it. */
  close(record: ExchangeRecord, nowUs: number): void {
    const waited = { sinceUs: nowUs, turn: this.turns + 1 };
    if (this.series?.add(record, waited, this.byId.size >= ENOUGH_FOR_SERIES)) {
      this.turns++;
      this.drop(record.id);
    } else this.add(record, nowUs);
  }

  /** What waits in series, to be written until `settleSeries`. */
  takeSeries(nowUs: number): readonly RecordSeries[] {
    if (this.series === null) return [];
    // A pass that broke off before it came to them.
    this.dissolveSeries(nowUs);
    const { series, few } = this.series.take();
    for (const record of few) this.putBack(record, nowUs);
    return series;
  }

  settleSeries(): void {
    this.series?.settle();
  }

  /** Could not be written as series: waits one by one. */
  dissolveSeries(nowUs: number): void {
    for (const record of this.series?.taken() ?? []) this.putBack(record, nowUs);
    this.settleSeries();
  }

  /** So that `first` meets all but those that are being written as series. */
  dissolveOthers(nowUs: number): void {
    for (const record of this.series?.removeOthers() ?? []) this.putBack(record, nowUs);
  }

  /** All, also those that are being written. */
  all(): ExchangeRecord[] {
    this.dissolveOthers(0);
    return [...this.first(Infinity).map(({ record }) => record), ...(this.series?.taken() ?? [])];
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

  /** Out of a series; where another state of it was closed since, that is the newer one. */
  private putBack(record: ExchangeRecord, nowUs: number): void {
    const known = this.byId.get(record.id)?.record;
    if (known === undefined || known.outcome === "open") this.add(record, nowUs);
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
