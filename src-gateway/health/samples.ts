export interface Sample<Value> {
  atMs: number;
  value: Value;
}

/** The last samples of something, bounded in number and in age. */
export class Samples<Value> {
  private readonly limit: number;
  private readonly maxAgeMs: number;
  /** Two lists of the same places, so that a sample takes no object of its own; once they are full the oldest is written over. */
  private times: number[] = [];
  private values: Value[] = [];
  /** Where the oldest stands. */
  private first = 0;

  constructor(limit: number, maxAgeMs: number) {
    this.limit = limit;
    this.maxAgeMs = maxAgeMs;
  }

  push(atMs: number, value: Value): void {
    if (this.times.length < this.limit) {
      this.times.push(atMs);
      this.values.push(value);
      return;
    }
    this.times[this.first] = atMs;
    this.values[this.first] = value;
    this.first = (this.first + 1) % this.limit;
  }

  /** Oldest first: those that are not older than the limit. */
  timed(nowMs: number): Sample<Value>[] {
    const oldest = nowMs - this.maxAgeMs;
    return this.all().filter(({ atMs }) => atMs >= oldest);
  }

  /** The same without their times. */
  since(nowMs: number): Value[] {
    return this.timed(nowMs).map(({ value }) => value);
  }

  /** Those that are older than `ageMs`, but not too old. */
  before(nowMs: number, ageMs: number): Value[] {
    return this.timed(nowMs)
      .filter(({ atMs }) => atMs < nowMs - ageMs)
      .map(({ value }) => value);
  }

  clear(): void {
    this.times = [];
    this.values = [];
    this.first = 0;
  }

  private all(): Sample<Value>[] {
    const inPlace = this.values.map((value, at) => ({ atMs: this.times[at] ?? 0, value }));
    return [...inPlace.slice(this.first), ...inPlace.slice(0, this.first)];
  }
}

export function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle];
  if (upper === undefined) return null;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}
