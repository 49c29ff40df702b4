/**
 * Closed exchanges that are alike but for who asked, waiting for their group as rows of numbers. What waits as objects is
 * moved by the collector and made into a row each; of these only the numbers differ, so one row is filled with them again
 * and again.
 */
import type { ExchangeRecord } from "../ir/exchange-record.ts";
import { fromNumbers, isAskedAlike, NUMBERS, putIntoRow, putNumbers } from "./alike-exchanges.ts";
import { type CallerColumns, type ExchangeRow, toRow } from "./exchange-rows.ts";
import type { OwnedRecord } from "./group-writer.ts";
import { MAX_TOKENS } from "./lean-columns.ts";
import { isPlain } from "./pack-attempts.ts";
import { kindOf, type RowKindName } from "./row-kinds.ts";
import { SeriesCallers } from "./series-callers.ts";

const FIRST_ROWS = 32;
const MAX_ROWS = 2_048;
/** The numbers of a record, and that of its caller. */
const ROW_NUMBERS = NUMBERS + 1;

export class RecordSeries {
  /** One of them. */
  readonly like: OwnedRecord;
  /** The kind that all of their rows are of. */
  readonly kind: RowKindName;
  private readonly row: ExchangeRow;
  private readonly callers = new SeriesCallers();
  private numbers = new Float64Array(0);
  private rows = 0;
  private twin: RecordSeries | null = null;

  /**
   * @param first does not change any more.
   * @returns a series with this one in it; null where it has to be written by itself.
   */
  static begin(first: OwnedRecord): RecordSeries | null {
    try {
      const series = new RecordSeries(first);
      return series.add(first.record) ? series : null;
    } catch {
      // It cannot be a row, which the group finds out by itself.
      return null;
    }
  }

  private constructor(like: OwnedRecord) {
    this.like = like;
    this.row = toRow(like.record, like.instanceId);
    this.kind = kindOf(this.row);
  }

  get count(): number {
    return this.rows;
  }

  /** Each that asked, with how its exchanges finished. */
  get callerColumns(): CallerColumns[] {
    return this.callers.all.map(({ columns }) => columns);
  }

  /**
   * @param record does not change any more.
   * @returns false where the record is not like the others, or there is no more room.
   */
  add(record: ExchangeRecord): boolean {
    if (this.rows === MAX_ROWS || !isAskedAlike(record, this.like.record)) return false;
    if (!isOfKind(record, this.kind) || !isWrittenAsItIs(record)) return false;
    const caller = this.callers.numberOf(record);
    if (caller === null) return false;
    const at = this.rows++ * ROW_NUMBERS;
    if (at === this.numbers.length) this.grow();
    this.numbers[putNumbers(record, this.numbers, at)] = caller;
    return true;
  }

  /** @returns the same object each time. */
  rowAt(place: number): ExchangeRow {
    const { row, numbers } = this;
    const at = place * ROW_NUMBERS;
    putIntoRow(numbers, at, row);
    const columns = this.callers.all[numbers[at + NUMBERS] ?? 0]?.columns;
    if (columns !== undefined) {
      row.user_id = columns.user_id;
      row.api_key_id = columns.api_key_id;
      row.agent = columns.agent;
      row.session = columns.session;
      row.project = columns.project;
      row.git_branch = columns.git_branch;
      row.finish_reason = columns.finish_reason;
    }
    return row;
  }

  /** As they were added. */
  records(): OwnedRecord[] {
    const { instanceId } = this.like;
    return Array.from({ length: this.rows }, (_, place) => {
      const at = place * ROW_NUMBERS;
      const record = this.callers.all[this.numbers[at + NUMBERS] ?? 0]?.like ?? this.like.record;
      return fromNumbers({ instanceId, record }, this.numbers.subarray(at, at + NUMBERS));
    });
  }

  clear(): void {
    this.rows = 0;
    this.callers.clear();
  }

  /** An empty one for those that come while this one is written. The two take turns, so this one has to be clear by the next. */
  next(): RecordSeries {
    const next = this.twin ?? new RecordSeries(this.like);
    next.twin = this;
    return next;
  }

  private grow(): void {
    const grown = new Float64Array(Math.max(FIRST_ROWS * ROW_NUMBERS, 2 * this.numbers.length));
    grown.set(this.numbers);
    this.numbers = grown;
  }
}

/** Whether what differs are values that the kind has columns for. */
function isOfKind(record: ExchangeRecord, kind: RowKindName): boolean {
  const { usage, firstTokenUs, prefix } = record;
  if (kind === "whole") return true;
  if (usage.cacheWrite1h !== 0 || usage.audioInput !== 0 || usage.audioOutput !== 0) return false;
  if (kind === "usual") return true;
  const { cacheRead, cacheWrite5m, reasoning } = usage;
  if (record.project !== null || record.gitBranch !== null) return false;
  return firstTokenUs === null && prefix === null && cacheRead === 0 && cacheWrite5m === 0 && reasoning === 0;
}

/** Whether `toRow` leaves its numbers as they are, and has its attempt say nothing of its own. */
function isWrittenAsItIs(record: ExchangeRecord): boolean {
  const { usage, attempts, prefix } = record;
  const [attempt] = attempts;
  return (
    (attempt === undefined || isPlain(attempt, record)) &&
    isWhole(attempt?.endedUs ?? 0) &&
    isWhole(record.queueUs ?? 0) &&
    isWhole(record.firstByteUs ?? 0) &&
    isWhole(record.firstTokenUs ?? 0) &&
    isWhole(record.totalUs ?? 0) &&
    isWhole(record.bytesIn) &&
    isWhole(record.bytesOut) &&
    isWhole(record.cost?.nano ?? 0) &&
    isWhole(prefix?.sharedBytes ?? 0) &&
    isWhole(prefix?.totalBytes ?? 0) &&
    isCount(usage.inputUncached) &&
    isCount(usage.cacheRead) &&
    isCount(usage.cacheWrite5m) &&
    isCount(usage.cacheWrite1h) &&
    isCount(usage.output) &&
    isCount(usage.reasoning) &&
    isCount(usage.audioInput) &&
    isCount(usage.audioOutput)
  );
}

const isWhole = Number.isSafeInteger;
const isCount = (value: number): boolean => isWhole(value) && Math.abs(value) <= MAX_TOKENS;
