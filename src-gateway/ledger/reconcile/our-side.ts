/** What the ledger knows of the days and models of an export. */
import { setImmediate as nextTurn } from "node:timers/promises";
import { sql } from "kysely";
import type { Store } from "../../store/open-store.ts";
import { DAY_US } from "../usage-segments.ts";
import { modelKey } from "./model-key.ts";

export interface OurSum {
  requests: number;
  inputUncached: number;
  cacheRead: number;
  cacheWrite5m: number;
  cacheWrite1h: number;
  output: number;
  costNano: number;
  unpriced: number;
  /** Requests whose usage is a guess, as the provider said nothing. */
  estimated: number;
  /** Requests of which nobody knows what they used: they failed, or the client left. */
  withoutUsage: number;
}

export const noSum = (): OurSum => ({
  requests: 0,
  inputUncached: 0,
  cacheRead: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  output: 0,
  costNano: 0,
  unpriced: 0,
  estimated: 0,
  withoutUsage: 0,
});

/** By day, model and provider. */
export type OurSums = Map<string, { day: string; model: string; provider: string; sum: OurSum }>;

export interface LedgerRow {
  id: number;
  provider: string | null;
  model: string | null;
  model_routed: string | null;
  user_id: number | null;
  api_key_id: number | null;
  outcome: string;
  usage_source: string;
  service_tier: string | null;
  input_uncached: number;
  cache_read: number;
  cache_write_5m: number;
  cache_write_1h: number;
  output_tokens: number;
  cost_nano: number | null;
  /** The last correction's; the two columns say whether there is one. */
  corrections: number;
  corrected_nano: number | null;
}

const PAGE = 500;

/** Days are UTC. Rows that joined another's answer were no request to the provider. */
export async function readOurRows(
  { db }: Store,
  providers: readonly string[],
  after: number,
  before: number,
  limit = PAGE,
): Promise<LedgerRow[]> {
  if (providers.length === 0) return [];
  const { rows } = await sql<LedgerRow>`
    select id, provider, coalesce(model_served, model_routed, model_asked) as model, model_routed, user_id, api_key_id,
      outcome, usage_source, service_tier, input_uncached, cache_read, cache_write_5m, cache_write_1h, output_tokens,
      cost_nano,
      (select count(*) from cost_corrections c where c.exchange_id = exchanges.id) as corrections,
      (select c.cost_nano from cost_corrections c where c.exchange_id = exchanges.id order by c.id desc limit 1) as corrected_nano
    from exchanges
    where id > ${after} and id < ${before} and outcome not in ('open', 'interrupted', 'refused') and joined_to is null
      and provider in (${sql.join([...providers])})
    order by id limit ${sql.lit(limit)}`.execute(db);
  return rows;
}

export const costOfRow = (row: LedgerRow): number | null => (row.corrections > 0 ? row.corrected_nano : row.cost_nano);

export async function sumOurRows(
  store: Store,
  providers: readonly string[],
  span: { firstDay: string; lastDay: string },
  onProgress: (rows: number) => void,
): Promise<OurSums> {
  const sums: OurSums = new Map();
  const before = Date.parse(span.lastDay) * 1000 + DAY_US;
  let done = 0;
  for (let after = Date.parse(span.firstDay) * 1000 - 1; ; ) {
    const rows = await readOurRows(store, providers, after, before);
    const last = rows.at(-1);
    if (!last) return sums;
    for (const row of rows) add(sums, row);
    after = last.id;
    done += rows.length;
    onProgress(done);
    await nextTurn();
  }
}

function add(sums: OurSums, row: LedgerRow): void {
  const day = new Date(row.id / 1000).toISOString().slice(0, 10);
  const model = modelKey(row.model ?? "");
  const provider = row.provider ?? "";
  const key = JSON.stringify([day, model, provider]);
  const entry = sums.get(key) ?? { day, model, provider, sum: noSum() };
  sums.set(key, entry);
  const { sum } = entry;
  if (row.usage_source === "none") {
    // What failed before the provider worked is on no bill; it is told of where requests are missing.
    sum.withoutUsage++;
    return;
  }
  sum.requests++;
  if (row.usage_source === "estimated") sum.estimated++;
  sum.inputUncached += row.input_uncached;
  sum.cacheRead += row.cache_read;
  sum.cacheWrite5m += row.cache_write_5m;
  sum.cacheWrite1h += row.cache_write_1h;
  sum.output += row.output_tokens;
  const costNano = costOfRow(row);
  if (costNano === null) sum.unpriced++;
  else sum.costNano += costNano;
}
