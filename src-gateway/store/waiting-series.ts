/** The series of closed exchanges that are not written yet: those that are being filled, and those that are being written. */
import type { ExchangeRecord } from "../ir/exchange-record.ts";
import { RecordSeries } from "./record-series.ts";

/** Each record is compared with all of them. */
const MAX_SERIES = 8;
/** Fewer are no statements of their own. */
const MIN_ROWS = 16;

/** When something began to wait, and behind how many others. */
export interface Waited {
  readonly sinceUs: number;
  readonly turn: number;
}

export class WaitingSeries {
  private readonly instanceId: number;
  private filled: RecordSeries[] = [];
  private written: readonly RecordSeries[] = [];
  private filledSince: Waited | null = null;
  private writtenSince: Waited | null = null;
  private filledRows = 0;
  private writtenRows = 0;

  constructor(instanceId: number) {
    this.instanceId = instanceId;
  }

  get size(): number {
    return this.filledRows + this.writtenRows;
  }

  get oldest(): Waited | null {
    return this.writtenSince ?? this.filledSince;
  }

  /**
   * @param record is closed.
   * @param mayBegin one more series, if it is like nothing so far.
   * @returns false when it has to wait by itself.
   */
  add(record: ExchangeRecord, waited: Waited, mayBegin: boolean): boolean {
    if (!this.filled.some((each) => each.add(record)) && !(mayBegin && this.begin(record))) return false;
    this.filledRows++;
    this.filledSince ??= waited;
    return true;
  }

  private begin(record: ExchangeRecord): boolean {
    if (this.filled.length >= MAX_SERIES) return false;
    const series = RecordSeries.begin({ instanceId: this.instanceId, record });
    if (series === null) return false;
    this.filled.push(series);
    return true;
  }

  /** What is to be written now, until `settle`. @returns those of which there are enough, and all others. */
  take(): { series: readonly RecordSeries[]; few: ExchangeRecord[] } {
    const series = this.filled.filter(({ count }) => count >= MIN_ROWS);
    const few = this.filled.filter(({ count }) => count < MIN_ROWS).flatMap(recordsOf);
    this.written = series;
    this.writtenRows = this.filledRows - few.length;
    this.writtenSince = series.length > 0 ? this.filledSince : null;
    this.filled = series.map((each) => each.next());
    this.filledRows = 0;
    this.filledSince = null;
    return { series, few };
  }

  /** What was taken is written, or waits elsewhere. */
  settle(): void {
    for (const each of this.written) each.clear();
    this.written = [];
    this.writtenRows = 0;
    this.writtenSince = null;
  }

  /** @returns what was taken, which stays. */
  taken(): ExchangeRecord[] {
    return this.written.flatMap(recordsOf);
  }

  /** @returns what was not taken yet, and is nowhere else from now on. */
  removeOthers(): ExchangeRecord[] {
    const records = this.filled.flatMap(recordsOf);
    this.filled = [];
    this.filledRows = 0;
    this.filledSince = null;
    return records;
  }
}

const recordsOf = (series: RecordSeries): ExchangeRecord[] => series.records().map(({ record }) => record);
