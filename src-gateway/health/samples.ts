/** The last samples of something, bounded in number and in age. */
export class Samples<Value> {
  private readonly limit: number;
  private readonly maxAgeMs: number;
  private kept: { atMs: number; value: Value }[] = [];

  constructor(limit: number, maxAgeMs: number) {
    this.limit = limit;
    this.maxAgeMs = maxAgeMs;
  }

  push(atMs: number, value: Value): void {
    this.kept.push({ atMs, value });
    if (this.kept.length > this.limit) this.kept.shift();
  }

  /** Oldest first: those that are not older than the limit, or than `ageMs` where that is less. */
  since(nowMs: number, ageMs = this.maxAgeMs): Value[] {
    const from = nowMs - Math.min(ageMs, this.maxAgeMs);
    return this.kept.filter(({ atMs }) => atMs >= from).map(({ value }) => value);
  }

  /** Those that are older than `ageMs`, but not too old. */
  before(nowMs: number, ageMs: number): Value[] {
    const oldest = nowMs - this.maxAgeMs;
    return this.kept.filter(({ atMs }) => atMs >= oldest && atMs < nowMs - ageMs).map(({ value }) => value);
  }

  clear(): void {
    this.kept = [];
  }
}

export function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle];
  if (upper === undefined) return null;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}
