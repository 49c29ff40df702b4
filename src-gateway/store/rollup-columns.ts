/** What the sums per hour and day hold, and of what. The numbers stand in databases: they never change their meaning. */

export const DAY_SUMS = [
  "requests",
  /** Neither completed nor interrupted: a provider failed, the gateway refused, the client left. */
  "failures",
  "input_uncached",
  "cache_read",
  "cache_write_5m",
  "cache_write_1h",
  "output_tokens",
  "reasoning",
  "audio_input",
  "audio_output",
  "cost_nano",
  /** Requests that used tokens nobody knows the price of. */
  "unpriced",
  "total_us",
  "first_token_us",
  /** How many exchanges `first_token_us` is the sum of. */
  "first_tokens",
] as const;
export type DaySum = (typeof DAY_SUMS)[number];

const PLAIN_SUMS: readonly DaySum[] = ["requests", "input_uncached", "output_tokens", "cost_nano", "total_us"];
/** What plain requests add to, and what streams and coding agents add to as well: the others are rare. */
export const FEW_SUMS: readonly (readonly DaySum[])[] = [
  PLAIN_SUMS,
  [...PLAIN_SUMS, "cache_read", "cache_write_5m", "reasoning", "first_token_us", "first_tokens"],
];

/** The place in this list is the number in the database. */
export const ROLLUP_DIMENSIONS = [
  "all",
  "user",
  "key",
  "agent",
  "session",
  "project",
  "branch",
  "model",
  "provider",
  "surface",
] as const;
export type RollupDimension = (typeof ROLLUP_DIMENSIONS)[number];

/** Of a key or a user there are sums per day in these; what is asked for less often is counted from its rows. */
export const OWN_DIMENSIONS: ReadonlySet<RollupDimension> = new Set([
  "all",
  "key",
  "agent",
  "project",
  "branch",
  "model",
  "provider",
]);
/** A session lasts hours, so sums of whole days would hardly be fewer. */
export const HOURLY_ONLY: ReadonlySet<RollupDimension> = new Set(["session"]);

/** Sums of everybody; those of a key are under the key's id, those of a user under the user's negative id. */
export const EVERYBODY = 0;

/** The place in this list is the number in the database. */
export const LATENCY_METRICS = ["first-token-us", "total-us", "tokens-per-second"] as const;
export type LatencyMetric = (typeof LATENCY_METRICS)[number];

/** A bucket is a quarter of an octave: what is read back is within 9 % of what was measured. */
const BUCKETS_PER_OCTAVE = 4;

export const bucketOf = (value: number): number => Math.floor(Math.log2(Math.max(1, value)) * BUCKETS_PER_OCTAVE);
/** The middle of a bucket. */
export const valueOf = (bucket: number): number => 2 ** ((bucket + 0.5) / BUCKETS_PER_OCTAVE);
