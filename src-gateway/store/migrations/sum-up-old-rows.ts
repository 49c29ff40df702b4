import { sql } from "kysely";
import {
  bucketOf,
  DAY_SUMS,
  EVERYBODY,
  HOURLY_ONLY,
  LATENCY_METRICS,
  OWN_DIMENSIONS,
  ROLLUP_DIMENSIONS,
  type RollupDimension,
} from "../rollup-columns.ts";
import type { MigrationStep } from "./migrate.ts";

const HOUR_US = 3_600_000_000;
const DAY_US = 24 * HOUR_US;
const IS_CLOSED = "outcome not in ('open', 'interrupted')";
const MODEL = "coalesce(model_routed, model_asked)";

const COLUMN_OF: Readonly<Record<Exclude<RollupDimension, "all">, string>> = {
  user: "user_id",
  key: "api_key_id",
  agent: "agent",
  session: "session",
  project: "project",
  branch: "git_branch",
  model: "model",
  provider: "provider",
  surface: "surface",
};

/** What the writer would have summed up, had it known of sums when it wrote these rows. Nobody knew their prices. */
const SUM_OF: Partial<Record<(typeof DAY_SUMS)[number], string>> = {
  requests: "count(*)",
  failures: "sum(case when outcome = 'completed' then 0 else 1 end)",
  cost_nano: "0",
  unpriced: "sum(case when usage_source = 'none' then 0 else 1 end)",
  total_us: "sum(coalesce(total_us, 0))",
  first_token_us: "sum(coalesce(first_token_us, 0))",
  first_tokens: "count(first_token_us)",
};

/** Rows of before there were sums get theirs. Read once into a small table, from which each dimension is summed up. */
export async function sumUpOldRows(step: MigrationStep): Promise<void> {
  const run = (text: string): Promise<unknown> => sql.raw(text).execute(step.db);
  const groups = Object.values(COLUMN_OF).map((column) => (column === "model" ? `${MODEL} as model` : column));
  const sums = DAY_SUMS.map((name) => `${SUM_OF[name] ?? `sum(${name})`} as ${name}`);
  await run(
    `create temporary table old_sums as select id / ${HOUR_US} as hour, ${groups.join(", ")}, ${sums.join(", ")}
     from exchanges where ${IS_CLOSED} group by id / ${HOUR_US}, ${groups.map((each) => each.split(" as ")[0]).join(", ")}`,
  );
  for (const [place, dimension] of ROLLUP_DIMENSIONS.entries()) {
    const value = dimension === "all" ? "''" : `coalesce(cast(${COLUMN_OF[dimension]} as text), '')`;
    await run(addition("hour", `${EVERYBODY}`, place, "hour", value));
    if (!HOURLY_ONLY.has(dimension)) await run(addition("day", `${EVERYBODY}`, place, "hour / 24", value));
    if (!OWN_DIMENSIONS.has(dimension)) continue;
    // The scopes of keys and of users, see rollups.ts.
    await run(addition("day", "api_key_id", place, "hour / 24", value, "where api_key_id is not null"));
    await run(addition("day", "-user_id", place, "hour / 24", value, "where user_id is not null"));
  }
  await run("drop table old_sums");
  await countOldLatencies(step);
}

function addition(
  period: "hour" | "day",
  scope: string,
  dimension: number,
  time: string,
  value: string,
  where = "",
): string {
  return `insert into usage_${period}s (scope, dimension, ${period}, value, ${DAY_SUMS.join(", ")})
    select ${scope}, ${dimension}, ${time}, ${value}, ${DAY_SUMS.map((name) => `sum(${name})`).join(", ")}
    from old_sums ${where} group by 1, 3, 4`;
}

async function countOldLatencies({ db, dialect }: MigrationStep): Promise<void> {
  const real = (text: string): string => `cast(${text} as ${dialect === "sqlite" ? "real" : "double precision"})`;
  const perOctave = bucketOf(2);
  // PostgreSQL has no logarithm to the base of 2 that is exact for its powers.
  const bucket = (value: string): string =>
    dialect === "sqlite"
      ? `cast(floor(log2(max(1.0, ${value})) * ${perOctave}) as integer)`
      : `cast(floor(ln(greatest(1.0, ${value})) / ln(${real("2")}) * ${perOctave} + 1e-11) as bigint)`;
  const speed = `${real("output_tokens")} * 1000000 / nullif(total_us - first_token_us, 0)`;
  const metrics: Record<(typeof LATENCY_METRICS)[number], [value: string, where: string]> = {
    "first-token-us": [real("first_token_us"), "first_token_us is not null"],
    "total-us": [real("total_us"), "total_us is not null"],
    "tokens-per-second": [speed, "output_tokens > 0 and total_us > first_token_us"],
  };
  for (const [dimension, column] of [
    ["all", "''"],
    ["model", MODEL],
    ["provider", "provider"],
  ] as const) {
    for (const [place, metric] of LATENCY_METRICS.entries()) {
      const [value, where] = metrics[metric];
      await sql
        .raw(
          `insert into latency_days (dimension, value, metric, day, bucket, count)
           select ${ROLLUP_DIMENSIONS.indexOf(dimension)}, coalesce(${column}, ''), ${place}, id / ${DAY_US},
             ${bucket(value)}, count(*)
           from exchanges where outcome = 'completed' and ${where} group by 2, 4, 5`,
        )
        .execute(db);
    }
  }
}
