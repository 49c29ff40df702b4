/** What a series holds: a count, an amount of money, or times. */
export interface CountedValue {
  readonly value: number;
  text(): string;
}

export class Count implements CountedValue {
  value = 0;

  add(amount = 1): void {
    this.value += amount;
  }

  text(): string {
    return String(this.value);
  }
}

export class NanoUsd implements CountedValue {
  private dollars = 0;
  private nano = 0;

  add(nano: number): void {
    const sum = this.nano + nano;
    this.dollars += Math.floor(sum / 1_000_000_000);
    this.nano = ((sum % 1_000_000_000) + 1_000_000_000) % 1_000_000_000;
  }

  get value(): number {
    return this.dollars + this.nano / 1_000_000_000;
  }

  text(): string {
    return `${this.dollars}.${String(this.nano).padStart(9, "0")}`;
  }
}

/** Observes microseconds, tells seconds. */
export class Histogram {
  readonly counts: number[];
  count = 0;
  sumUs = 0;
  private readonly boundsUs: readonly number[];

  constructor(boundsUs: readonly number[]) {
    this.boundsUs = boundsUs;
    this.counts = Array.from({ length: boundsUs.length + 1 }, () => 0);
  }

  observe(us: number): void {
    const { boundsUs } = this;
    let place = 0;
    while (place < boundsUs.length && us > (boundsUs[place] ?? 0)) place++;
    this.counts[place] = (this.counts[place] ?? 0) + 1;
    this.count++;
    this.sumUs += us;
  }
}
