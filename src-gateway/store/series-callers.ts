/** Those that the records of a series came from, by numbers: each with how its exchanges finished, as one of a few words. */
import type { ExchangeRecord } from "../ir/exchange-record.ts";
import { isSameCaller } from "./alike-exchanges.ts";
import { type CallerColumns, toCallerColumns } from "./exchange-rows.ts";

/** Where each exchange is of another session, series have little to save. */
const MAX_CALLERS = 256;

export interface Caller {
  /** One of its records. */
  readonly like: ExchangeRecord;
  readonly columns: CallerColumns;
  /** Of the same session: it finished otherwise, or is of somebody else. */
  readonly next: number | null;
}

export class SeriesCallers {
  readonly all: Caller[] = [];
  private readonly bySession = new Map<string | null, number>();
  private last = -1;

  /** @returns the number of the one that it came from; null where there are too many already. */
  numberOf(record: ExchangeRecord): number | null {
    const { last } = this;
    if (this.isAt(last, record)) return last;
    const first = this.bySession.get(record.session) ?? null;
    let number = first;
    while (number !== null && !this.isAt(number, record)) number = this.all[number]?.next ?? null;
    if (number === null) {
      if (this.all.length === MAX_CALLERS) return null;
      number = this.all.push({ like: record, columns: toCallerColumns(record), next: first }) - 1;
      this.bySession.set(record.session, number);
    }
    this.last = number;
    return number;
  }

  clear(): void {
    this.all.length = 0;
    this.bySession.clear();
    this.last = -1;
  }

  private isAt(number: number, record: ExchangeRecord): boolean {
    const like = this.all[number]?.like;
    return like !== undefined && like.finishReason === record.finishReason && isSameCaller(like, record);
  }
}
