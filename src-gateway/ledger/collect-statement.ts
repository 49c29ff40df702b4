/** What a month used and cost, from its rows. Estimates are kept apart: nobody has to pay for a guess. */
import { setImmediate as nextTurn } from "node:timers/promises";
import { type Kysely, sql } from "kysely";
import type { Store } from "../store/open-store.ts";
import { readChainLasts } from "../store/read-chain.ts";
import type { Database } from "../store/schema.ts";
import type { ChainHead, NamedSum, Statement, StatementSum } from "./statement-types.ts";

export interface StatementFilter {
  /** Any of these; all when left out. */
  userIds?: readonly number[];
  apiKeyIds?: readonly number[];
}

export type CollectedMonth = Pick<
  Statement,
  "total" | "estimated" | "byModel" | "byKey" | "byDay" | "priceSources" | "corrections" | "heads"
>;

const PAGE = 500;

interface MonthRow {
  id: number;
  api_key_id: number | null;
  provider: string | null;
  model: string | null;
  usage_source: string;
  input_uncached: number;
  cache_read: number;
  cache_write: number;
  output_tokens: number;
  price_id: number | null;
  cost_nano: number | null;
}

/** @throws RangeError when the text is no month such as `2026-11`. */
export function monthSpan(month: string): { fromUs: number; toUs: number } {
  const match = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(month);
  if (!match) throw new RangeError(`"${month}" is no month; write it like 2026-11`);
  const [year, number] = [Number(match[1]), Number(match[2])];
  return { fromUs: Date.UTC(year, number - 1, 1) * 1000, toUs: Date.UTC(year, number, 1) * 1000 };
}

export async function collectMonth(
  { db }: Store,
  month: string,
  filter: StatementFilter,
  keyNames: ReadonlyMap<number, string>,
  onProgress: (done: number) => void = () => {},
): Promise<CollectedMonth> {
  const { fromUs, toUs } = monthSpan(month);
  const books = new MonthBooks(keyNames);
  let done = 0;
  for (let after = fromUs - 1; ; ) {
    const rows = await readRows(db, after, toUs, filter);
    const last = rows.at(-1);
    if (!last) break;
    const corrections = await readCorrections(db, rows);
    for (const row of rows) books.add(row, corrections.get(row.id) ?? []);
    after = last.id;
    done += rows.length;
    onProgress(done);
    await nextTurn();
  }
  return { ...(await books.close(db)), heads: await readHeads(db) };
}

async function readHeads(db: Kysely<Database>): Promise<ChainHead[]> {
  return (await readChainLasts(db)).map(({ instance_id, place, hash }) => ({
    instanceId: instance_id,
    place,
    hash: Buffer.from(hash).toString("hex"),
  }));
}

const nothing = (): StatementSum => ({
  requests: 0,
  inputUncached: 0,
  cacheRead: 0,
  cacheWrite: 0,
  output: 0,
  costNano: 0,
  unpriced: 0,
});

interface Correction {
  exchange_id: number;
  price_id: number | null;
  cost_nano: number | null;
  delta_nano: number;
}

class MonthBooks {
  private readonly total = nothing();
  private readonly estimated = nothing();
  private readonly models = new Map<string, StatementSum>();
  private readonly keys = new Map<string, StatementSum>();
  private readonly days = new Map<string, StatementSum>();
  private readonly prices = new Map<number, { requests: number; costNano: number }>();
  private readonly corrections = { count: 0, deltaNano: 0 };
  private readonly keyNames: ReadonlyMap<number, string>;

  constructor(keyNames: ReadonlyMap<number, string>) {
    this.keyNames = keyNames;
  }

  add(row: MonthRow, corrections: readonly Correction[]): void {
    const { price_id: priceId, cost_nano: costNano } = corrections.at(-1) ?? row;
    if (row.usage_source === "estimated") {
      addTo(this.estimated, row, costNano);
      return;
    }
    const key =
      row.api_key_id === null ? "without a key" : (this.keyNames.get(row.api_key_id) ?? `key ${row.api_key_id}`);
    addTo(this.total, row, costNano);
    addTo(named(this.models, `${row.provider ?? "none"}/${row.model ?? "none"}`), row, costNano);
    addTo(named(this.keys, key), row, costNano);
    addTo(named(this.days, new Date(row.id / 1000).toISOString().slice(0, 10)), row, costNano);
    for (const { delta_nano } of corrections) {
      this.corrections.count++;
      this.corrections.deltaNano += delta_nano;
    }
    if (priceId === null) return;
    const price = this.prices.get(priceId) ?? { requests: 0, costNano: 0 };
    price.requests++;
    price.costNano += costNano ?? 0;
    this.prices.set(priceId, price);
  }

  async close(db: Kysely<Database>): Promise<Omit<CollectedMonth, "heads">> {
    return {
      total: this.total,
      estimated: this.estimated,
      byModel: dearestFirst(this.models),
      byKey: dearestFirst(this.keys),
      byDay: [...this.days].map(([name, sum]) => ({ name, ...sum })).sort((a, b) => (a.name < b.name ? -1 : 1)),
      priceSources: await this.sources(db),
      corrections: this.corrections,
    };
  }

  private async sources(db: Kysely<Database>): Promise<Statement["priceSources"]> {
    const ids = [...this.prices.keys()];
    const sums = new Map<string, { source: string; requests: number; costNano: number }>();
    while (ids.length > 0) {
      const rows = await db
        .selectFrom("applied_prices")
        .select(["id", "price"])
        .where("id", "in", ids.splice(0, 500))
        .execute();
      for (const { id, price } of rows) {
        const { source } = JSON.parse(price) as { source: string };
        const sum = sums.get(source) ?? { source, requests: 0, costNano: 0 };
        sum.requests += this.prices.get(id)?.requests ?? 0;
        sum.costNano += this.prices.get(id)?.costNano ?? 0;
        sums.set(source, sum);
      }
    }
    return [...sums.values()].sort((a, b) => b.costNano - a.costNano);
  }
}

function named(sums: Map<string, StatementSum>, name: string): StatementSum {
  const known = sums.get(name);
  if (known) return known;
  const made = nothing();
  sums.set(name, made);
  return made;
}

function addTo(sum: StatementSum, row: MonthRow, costNano: number | null): void {
  sum.requests++;
  sum.inputUncached += row.input_uncached;
  sum.cacheRead += row.cache_read;
  sum.cacheWrite += row.cache_write;
  sum.output += row.output_tokens;
  sum.costNano += costNano ?? 0;
  if (costNano === null && row.usage_source !== "none") sum.unpriced++;
}

const dearestFirst = (sums: Map<string, StatementSum>): NamedSum[] =>
  [...sums]
    .map(([name, sum]) => ({ name, ...sum }))
    .sort((a, b) => b.costNano - a.costNano || b.requests - a.requests || (a.name < b.name ? -1 : 1));

async function readRows(
  db: Kysely<Database>,
  after: number,
  before: number,
  { userIds, apiKeyIds }: StatementFilter,
): Promise<MonthRow[]> {
  const oneOf = (column: string, ids: readonly number[] | undefined) =>
    ids === undefined
      ? sql``
      : ids.length === 0
        ? sql` and 1 = 0`
        : sql` and ${sql.ref(column)} in (${sql.join(ids.map((id) => sql.lit(id)))})`;
  const { rows } = await sql<MonthRow>`
    select id, api_key_id, provider, coalesce(model_routed, model_asked) as model, usage_source, input_uncached,
      cache_read, cast(cache_write_5m as bigint) + cache_write_1h as cache_write, output_tokens, price_id, cost_nano
    from exchanges where id > ${after} and id < ${before} and outcome not in ('open', 'interrupted')
      ${oneOf("user_id", userIds)}${oneOf("api_key_id", apiKeyIds)}
    order by id limit ${sql.lit(PAGE)}`.execute(db);
  return rows;
}

async function readCorrections(db: Kysely<Database>, rows: readonly MonthRow[]): Promise<Map<number, Correction[]>> {
  const found = await db
    .selectFrom("cost_corrections")
    .select(["exchange_id", "price_id", "cost_nano", "delta_nano"])
    .where(
      "exchange_id",
      "in",
      rows.map(({ id }) => id),
    )
    .orderBy("id")
    .execute();
  return Map.groupBy(found, ({ exchange_id }) => exchange_id);
}
