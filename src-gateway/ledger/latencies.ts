/** How long completed exchanges took, from the counts per day. */
import { sql } from "kysely";
import type { Store } from "../store/open-store.ts";
import { LATENCY_METRICS, ROLLUP_DIMENSIONS, valueOf } from "../store/rollup-columns.ts";
import type { LatencyQuery, LatencySum } from "./types.ts";
import { DAY_US } from "./usage-segments.ts";

interface BucketRow {
  value: string;
  bucket: number;
  count: number;
}

/** Of all days that the span touches. */
export async function readLatencies(
  { db }: Store,
  { fromUs = 0, toUs = Number.MAX_SAFE_INTEGER, groupBy, metric }: LatencyQuery,
): Promise<LatencySum[]> {
  const { rows } = await sql<BucketRow>`
    select value, bucket, sum(count) as count from latency_days
    where dimension = ${sql.lit(ROLLUP_DIMENSIONS.indexOf(groupBy))} and metric = ${sql.lit(LATENCY_METRICS.indexOf(metric))}
      and day >= ${sql.lit(Math.floor(fromUs / DAY_US))} and day < ${sql.lit(Math.ceil(toUs / DAY_US))}
    group by value, bucket order by value, bucket`.execute(db);
  return [...Map.groupBy(rows, ({ value }) => value)].map(([value, buckets]) => {
    const count = buckets.reduce((sum, bucket) => sum + bucket.count, 0);
    const at = (share: number): number => percentile(buckets, count * share);
    return { group: value === "" ? null : value, metric, count, p50: at(0.5), p90: at(0.9), p99: at(0.99) };
  });
}

function percentile(buckets: readonly BucketRow[], rank: number): number {
  let seen = 0;
  for (const { bucket, count } of buckets) {
    seen += count;
    if (seen >= rank) return valueOf(bucket);
  }
  return valueOf(buckets.at(-1)?.bucket ?? 0);
}
