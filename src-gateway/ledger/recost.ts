/** Prices a span of time anew. What differs becomes a correction; the rows themselves never change. */
import { setImmediate as nextTurn } from "node:timers/promises";
import { type Kysely, sql } from "kysely";
import { priceIdOf } from "../ir/price-id.ts";
import type { Usage } from "../ir/usage.ts";
import { inputTotal } from "../ir/usage.ts";
import type { ExtraCounts } from "../prices/types.ts";
import { type AttemptCost, appendCorrections, beginLedgerRun, type NewCorrection } from "../store/cost-corrections.ts";
import { unpackAttempts } from "../store/pack-attempts.ts";
import type { CountedRow } from "../store/rollups.ts";
import type { Database } from "../store/schema.ts";
import { whileBusy } from "../store/while-busy.ts";
import type { RecostDeps, RecostOptions, RecostQuery, RecostReport, RecostSum } from "./recost-types.ts";
import { type UsageColumns, usageOf } from "./usage-columns.ts";

const PAGE = 300;
/** Any number does, as long as all gateways use the same. */
const POSTGRES_LOCK = 7_031_642_912;

interface CostRow extends CountedRow, UsageColumns {
  model_served: string | null;
  service_tier: string | null;
  counts: string | null;
  cost_nano: number | null;
  usage_source: string;
  /** See pack-attempts.ts. */
  attempts: string | null;
}

export async function recost(deps: RecostDeps, query: RecostQuery, options: RecostOptions): Promise<RecostReport> {
  return new Recosting(deps, query, options).run();
}

class Recosting {
  private readonly report: RecostReport;
  private readonly sums = new Map<string, RecostSum>();
  private readonly deps: RecostDeps;
  private readonly query: RecostQuery;
  private readonly options: RecostOptions;
  private runId: number | null = null;

  constructor(deps: RecostDeps, query: RecostQuery, options: RecostOptions) {
    this.deps = deps;
    this.query = query;
    this.options = options;
    const nothing = { looked: 0, changed: 0, deltaNano: 0, nowPriced: 0, stillUnpriced: 0, priceGone: 0 };
    this.report = { applied: options.apply, priceVersion: deps.book.version, ...nothing, sums: [] };
  }

  async run(): Promise<RecostReport> {
    const { onProgress, signal } = this.options;
    const total = await this.count();
    for (let after = (this.query.fromUs ?? 0) - 1; ; ) {
      signal?.throwIfAborted();
      const page = this.options.apply ? await this.correctPage(after) : await this.judgePage(this.deps.store.db, after);
      if (page.last === null) break;
      this.take(page);
      after = page.last;
      onProgress?.({ done: this.report.looked, total: Math.max(total, this.report.looked) });
      await nextTurn();
    }
    this.report.sums = [...this.sums.values()].sort((a, b) => b.changed - a.changed);
    return this.report;
  }

  private async correctPage(after: number): Promise<Page> {
    const { store, clock } = this.deps;
    const { reason, by } = this.options;
    const first = await this.judgePage(store.db, after);
    if (first.changes.length === 0) return first;
    const runId = (this.runId ??= await beginLedgerRun(store, clock, "recost"));
    return whileBusy(() =>
      store.db.transaction().execute(async (db) => {
        // Two that correct at once would each add the same difference.
        if (store.dialect === "postgres")
          await sql`select pg_advisory_xact_lock(${sql.lit(POSTGRES_LOCK)})`.execute(db);
        const page = await this.judgePage(db, after);
        const corrections = page.changes.map(({ correction }) => correction);
        await appendCorrections(db, store.dialect, clock, { runId, reason, madeBy: by }, corrections);
        return page;
      }),
    );
  }

  private take({ rows, changes, stillUnpriced, priceGone }: Page): void {
    const { report, sums } = this;
    report.looked += rows;
    report.stillUnpriced += stillUnpriced;
    report.priceGone += priceGone;
    for (const { correction, wasNano, row } of changes) {
      const [provider, model] = [row.provider ?? "", row.model_routed ?? row.model_asked ?? ""];
      const key = JSON.stringify([provider, model]);
      const sum = sums.get(key) ?? { provider, model, changed: 0, wasNano: 0, isNano: 0, nowPriced: 0 };
      sums.set(key, sum);
      const isNew = wasNano === null ? 1 : 0;
      sum.changed++;
      sum.wasNano += wasNano ?? 0;
      sum.isNano += correction.costNano ?? 0;
      sum.nowPriced += isNew;
      report.changed++;
      report.nowPriced += isNew;
      report.deltaNano += correction.deltaNano;
    }
  }

  private async judgePage(db: Kysely<Database>, after: number): Promise<Page> {
    const rows = await this.readRows(db, after);
    const known = await readLatest(db, rows);
    const page: Page = {
      last: rows.at(-1)?.id ?? null,
      rows: rows.length,
      changes: [],
      stillUnpriced: 0,
      priceGone: 0,
    };
    for (const row of rows) this.judge(row, known.get(row.id) ?? row, page);
    return page;
  }

  private judge(row: CostRow, known: { cost_nano: number | null }, page: Page): void {
    const own = row.usage_source === "none" ? [] : [this.priceOf(row, usageOf(row), row.counts)];
    const parts = [...own, ...this.attemptCosts(row)];
    const priced = parts.filter((part) => part !== null);
    const [first] = priced;
    if (first === undefined || priced.length < parts.length) {
      if (known.cost_nano === null) page.stillUnpriced++;
      else page.priceGone++;
      return;
    }
    const costNano = priced.reduce((sum, part) => sum + part.costNano, 0);
    if (costNano === known.cost_nano) return;
    page.changes.push({
      row,
      wasNano: known.cost_nano,
      correction: {
        exchange: row,
        priceId: first.priceId,
        price: first.price,
        attempts: priced.flatMap((part) => (part.place === null ? [] : { ...part, place: part.place })),
        costNano,
        deltaNano: costNano - (known.cost_nano ?? 0),
        unpricedDelta: known.cost_nano === null ? -1 : 0,
      },
    });
  }

  /** Failed attempts that used something have prices of their own, those of whom they asked. */
  private attemptCosts(row: CostRow): (Priced | null)[] {
    if (row.attempts === null) return [];
    const context = { provider: null, modelRouted: null, status: null, queueUs: null, firstByteUs: null };
    const columns = { attempts: row.attempts, attempt_reason: null, attempt_ended_us: null };
    return unpackAttempts(columns, context).flatMap(({ provider, model, used }, place) => {
      if (used === undefined) return [];
      const asked = { id: row.id, provider, model_routed: model, model_served: used.modelServed };
      const part = this.priceOf({ ...asked, service_tier: used.serviceTier }, used.usage, used.counts);
      return [part && { ...part, place }];
    });
  }

  private priceOf(
    row: Pick<CostRow, "id" | "provider" | "model_routed" | "model_served" | "service_tier">,
    usage: Usage,
    counted: string | ExtraCounts | null,
  ): Priced | null {
    const { provider, model_routed: model, model_served: modelServed, service_tier: serviceTier } = row;
    const facts = { modelServed, atMs: Math.floor(row.id / 1000), inputTokens: inputTotal(usage), serviceTier };
    const price = provider === null || model === null ? null : this.deps.book.find({ provider, model, ...facts });
    const counts = typeof counted === "string" ? (JSON.parse(counted) as ExtraCounts) : (counted ?? {});
    const cost = price && this.deps.costOf(usage, price, counts);
    if (price === null || cost === null) return null;
    return { priceId: priceIdOf(price), price: JSON.stringify(price), costNano: cost.totalNano, place: null };
  }

  private async readRows(db: Kysely<Database>, after: number): Promise<CostRow[]> {
    return (
      await sql<CostRow>`select id, user_id, api_key_id, agent, session, project, git_branch, surface, provider,
        model_routed, model_asked, model_served, input_uncached, cache_read, cache_write_5m, cache_write_1h,
        output_tokens, reasoning, audio_input, audio_output, service_tier, counts, cost_nano, usage_source, attempts
      from exchanges where id > ${after} and ${this.condition()} order by id limit ${sql.lit(PAGE)}`.execute(db)
    ).rows;
  }

  /** Where nothing was used there is nothing to price, and what joined another was paid for there. */
  private condition() {
    const { toUs, provider, model } = this.query;
    return sql.join(
      [
        sql`outcome not in ('open', 'interrupted') and (usage_source <> 'none' or cost_nano is not null) and joined_to is null`,
        ...(toUs === undefined ? [] : [sql`id < ${toUs}`]),
        ...(provider === undefined ? [] : [sql`provider = ${provider}`]),
        ...(model === undefined ? [] : [sql`coalesce(model_routed, model_asked) = ${model}`]),
      ],
      sql` and `,
    );
  }

  private async count(): Promise<number> {
    const { rows } = await sql<{ n: number }>`select count(*) as n from exchanges
      where id >= ${this.query.fromUs ?? 0} and ${this.condition()}`.execute(this.deps.store.db);
    return rows[0]?.n ?? 0;
  }
}

interface Priced extends Omit<AttemptCost, "place"> {
  /** Null for the exchange's own usage. */
  place: number | null;
}

interface Page {
  last: number | null;
  rows: number;
  changes: { row: CostRow; wasNano: number | null; correction: NewCorrection }[];
  stillUnpriced: number;
  priceGone: number;
}

type Latest = Map<number, { cost_nano: number | null }>;

async function readLatest(db: Kysely<Database>, rows: readonly { id: number }[]): Promise<Latest> {
  if (rows.length === 0) return new Map();
  const corrections = await db
    .selectFrom("cost_corrections")
    .select(["exchange_id", "cost_nano"])
    .where(
      "exchange_id",
      "in",
      rows.map(({ id }) => id),
    )
    .orderBy("id")
    .execute();
  return new Map(corrections.map((row) => [row.exchange_id, row]));
}
