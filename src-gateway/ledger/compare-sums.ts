/** The sums that are kept of a day beside those that its rows give. */
import { type Kysely, sql } from "kysely";
import { DAY_SUMS, EVERYBODY, LATENCY_METRICS, ROLLUP_DIMENSIONS } from "../store/rollup-columns.ts";
import type { GroupSums } from "../store/rollups.ts";
import type { Database } from "../store/schema.ts";
import type { FindingList } from "./finding-list.ts";
import { DAY_US } from "./usage-segments.ts";

/** By table, what is in its key and what it sums up. */
const TABLES = {
  usage_hours: { keys: ["scope", "dimension", "hour", "value"], sums: DAY_SUMS },
  usage_days: { keys: ["scope", "dimension", "day", "value"], sums: DAY_SUMS },
  latency_days: { keys: ["dimension", "metric", "day", "value", "bucket"], sums: ["count"] },
} as const;

/** @returns whether they agree. @param findings takes what does not; null tells nobody. */
export async function compareSums(
  db: Kysely<Database>,
  day: number,
  expected: GroupSums,
  findings: FindingList | null,
): Promise<boolean> {
  let agrees = true;
  for (const { table, rows } of expected.additions()) {
    const name = table as keyof typeof TABLES;
    const { keys, sums } = TABLES[name];
    const wanted = new Map([...rows].map((row) => [row.slice(0, keys.length).join("\n"), row]));
    const scopes = new Set([...wanted.values()].map((row) => Number(row[0])));
    for (const kept of await readKept(db, name, day, scopes)) {
      const cells = [...keys, ...sums].map((column) => kept[column] ?? 0);
      const key = cells.slice(0, keys.length).join("\n");
      const want = wanted.get(key);
      wanted.delete(key);
      // A sum of nothing, which a correction and its opposite can leave, is as good as none.
      const isSame = cells.slice(keys.length).every((cell, n) => cell === (want?.[keys.length + n] ?? 0));
      if (isSame) continue;
      agrees = false;
      tell(findings, name, day, cells, want);
    }
    for (const row of wanted.values()) {
      agrees = false;
      tell(findings, name, day, null, row);
    }
  }
  return agrees;
}

type Cells = readonly (string | number)[];

function tell(
  findings: FindingList | null,
  table: keyof typeof TABLES,
  day: number,
  kept: Cells | null,
  want: Cells | undefined,
): void {
  if (findings === null) return;
  const { keys, sums } = TABLES[table];
  const cells = kept ?? want ?? [];
  const where = keys.map(
    (name, n) => `${name} ${name === "dimension" ? ROLLUP_DIMENSIONS[Number(cells[n])] : cells[n]}`,
  );
  const differing = sums.flatMap((name, n) => {
    const [is, should] = [Number(kept?.[keys.length + n] ?? 0), Number(want?.[keys.length + n] ?? 0)];
    return is === should ? [] : [`${name} is ${is}, the rows give ${should}`];
  });
  const date = new Date((day * DAY_US) / 1000).toISOString().slice(0, 10);
  findings.add("sums-differ", `${table} (${where.join(", ")}): ${differing.join("; ")}.`, { day: date });
}

async function readKept(
  db: Kysely<Database>,
  table: keyof typeof TABLES,
  day: number,
  expectedScopes: ReadonlySet<number>,
): Promise<Record<string, string | number>[]> {
  const lits = (numbers: Iterable<number>) => sql.join([...numbers].map((each) => sql.lit(each)));
  const dimensions = lits(ROLLUP_DIMENSIONS.keys());
  if (table === "latency_days") {
    return (
      await sql<Record<string, string | number>>`select * from latency_days where dimension in (${dimensions})
        and metric in (${lits(LATENCY_METRICS.keys())}) and day = ${sql.lit(day)}`.execute(db)
    ).rows;
  }
  const period = table === "usage_hours" ? "hour" : "day";
  const [from, to] = period === "hour" ? [day * 24, day * 24 + 24] : [day, day + 1];
  const scopes = new Set([EVERYBODY, ...expectedScopes, ...(await readScopes(db, table))]);
  return (
    await sql<Record<string, string | number>>`select * from ${sql.table(table)} where scope in (${lits(scopes)})
      and dimension in (${dimensions}) and ${sql.ref(period)} >= ${sql.lit(from)} and ${sql.ref(period)} < ${sql.lit(to)}`.execute(
      db,
    )
  ).rows;
}

/** There are few, so each is jumped to through the key; reading all rows would take long. */
async function readScopes(db: Kysely<Database>, table: "usage_hours" | "usage_days"): Promise<number[]> {
  const { rows } = await sql<{ scope: number }>`
    with recursive scopes (scope) as (
      select min(scope) from ${sql.table(table)}
      union all
      select (select min(scope) from ${sql.table(table)} where scope > scopes.scope) from scopes where scopes.scope is not null
    ) select scope from scopes where scope is not null`.execute(db);
  return rows.map(({ scope }) => scope);
}
