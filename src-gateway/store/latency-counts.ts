/** How many exchanges of a group took how long: counted by number first, as most of them have a day and a model in common. */
import type { ExchangeRow } from "./exchange-rows.ts";
import { bucketOf, ROLLUP_DIMENSIONS, type RollupDimension } from "./rollup-columns.ts";
import type { SumAdditions } from "./sum-additions.ts";

export type TimedRow = Pick<
  ExchangeRow,
  "id" | "model_routed" | "model_asked" | "provider" | "outcome" | "first_token_us" | "total_us" | "output_tokens"
>;

const DAY_US = 24 * 3_600_000_000;
/** Above every bucket, so that a metric and a bucket are one number. */
const METRIC = 2 ** 16;

interface Counts {
  day: number;
  model: string | null;
  provider: string | null;
  /** By metric and bucket. */
  found: Map<number, number>;
}

export class LatencyCounts {
  private readonly all: Counts[] = [];
  private last: Counts | null = null;

  count(row: TimedRow): void {
    if (row.outcome !== "completed") return;
    const { found } = this.countsOf(row);
    const firstTokenUs = row.first_token_us;
    const generatingUs = (row.total_us ?? 0) - (firstTokenUs ?? 0);
    if (firstTokenUs !== null) increase(found, 0, firstTokenUs);
    if (row.total_us !== null) increase(found, 1, row.total_us);
    if (firstTokenUs !== null && row.output_tokens > 0 && generatingUs > 0)
      increase(found, 2, (row.output_tokens * 1_000_000) / generatingUs);
  }

  addTo(additions: SumAdditions): void {
    for (const { day, model, provider, found } of this.all) {
      for (const [place, count] of found) {
        const [metric, bucket, sums] = [Math.floor(place / METRIC), place % METRIC, [count]];
        additions.add([PLACE_OF.all, metric, day, "", bucket], sums);
        additions.add([PLACE_OF.model, metric, day, model ?? "", bucket], sums);
        additions.add([PLACE_OF.provider, metric, day, provider ?? "", bucket], sums);
      }
    }
    this.all.length = 0;
    this.last = null;
  }

  private countsOf(row: TimedRow): Counts {
    const day = Math.floor(row.id / DAY_US);
    const model = row.model_routed ?? row.model_asked;
    const { provider } = row;
    const isOf = (each: Counts): boolean => each.day === day && each.model === model && each.provider === provider;
    if (this.last !== null && isOf(this.last)) return this.last;
    let counts = this.all.find(isOf);
    if (counts === undefined) this.all.push((counts = { day, model, provider, found: new Map() }));
    this.last = counts;
    return counts;
  }
}

/** @param metric the place in `LATENCY_METRICS`. */
function increase(found: Map<number, number>, metric: number, value: number): void {
  const place = metric * METRIC + bucketOf(value);
  found.set(place, (found.get(place) ?? 0) + 1);
}

const placeOf = (dimension: RollupDimension): number => ROLLUP_DIMENSIONS.indexOf(dimension);
const PLACE_OF = { all: placeOf("all"), model: placeOf("model"), provider: placeOf("provider") } as const;
