/** Why did this exchange cost that? The prices that were applied to it, part by part, and every later correction. */
import type { Usage, UsageSource } from "../ir/usage.ts";
import type { AppliedPrice, CostLine, ExtraCounts } from "../prices/types.ts";
import { unpackAttemptCosts } from "../store/cost-corrections.ts";
import { fromRow } from "../store/exchange-rows.ts";
import type { Store } from "../store/open-store.ts";
import { usageOf } from "./usage-columns.ts";

export interface CostWords {
  lines(usage: Usage, price: AppliedPrice, counts?: ExtraCounts): CostLine[] | null;
  /** A few sentences: where the price is from, one line a part. */
  explain(usage: Usage, price: AppliedPrice, counts?: ExtraCounts): string[];
}

export interface CostStep {
  /** When it was closed, or corrected. */
  atUs: number;
  /** Null for the cost as it was closed. */
  reason: string | null;
  madeBy: string | null;
  costNano: number | null;
  deltaNano: number;
  price: AppliedPrice | null;
  /** Of the exchange's own usage; `attempts` have the rest. */
  lines: CostLine[];
  words: string[];
  /** Failed attempts that had used something by then. */
  attempts: AttemptStep[];
}

export interface AttemptStep {
  provider: string;
  model: string;
  errorCode: string | null;
  usage: Usage;
  /** Null where no price was known. */
  costNano: number | null;
  lines: CostLine[];
  words: string[];
}

export interface CostHistory {
  exchangeId: number;
  usage: Usage;
  usageSource: UsageSource;
  /** What it costs as it is known now; null where no price is known. */
  costNano: number | null;
  /** The oldest first. */
  steps: CostStep[];
}

/** Null when there is no such exchange. */
export async function readCostHistory({ db }: Store, id: number, words: CostWords): Promise<CostHistory | null> {
  const row = await db.selectFrom("exchanges").selectAll().where("id", "=", id).executeTakeFirst();
  if (!row) return null;
  const usage = usageOf(row);
  const counts = row.counts === null ? {} : (JSON.parse(row.counts) as ExtraCounts);
  const corrections = await db
    .selectFrom("cost_corrections")
    .selectAll()
    .where("exchange_id", "=", id)
    .orderBy("id")
    .execute();
  const failed = fromRow(row).attempts.flatMap((attempt, place) =>
    attempt.used ? { attempt, used: attempt.used, place } : [],
  );
  const costsAt = corrections.map((each) => unpackAttemptCosts(each.attempt_costs));
  const prices = await readPrices(db, [
    row.price_id,
    ...corrections.map(({ price_id }) => price_id),
    ...failed.map(({ used }) => used.cost?.priceId ?? null),
    ...costsAt.flatMap((costs) => [...costs.values()].map(({ priceId }) => priceId)),
  ]);
  const explained = (priceId: number | null | undefined, used: Usage, counted: ExtraCounts) => {
    const price = priceId == null ? null : (prices.get(priceId) ?? null);
    if (price === null) return { price, lines: [], words: [] };
    return { price, lines: words.lines(used, price, counted) ?? [], words: words.explain(used, price, counted) };
  };
  const isOwn = row.usage_source !== "none";
  /** @param costs null for those that stand in the row. */
  const stepOf = (
    priceId: number | null,
    costNano: number | null,
    costs: ReturnType<typeof unpackAttemptCosts> | null,
  ) => ({
    costNano,
    ...explained(isOwn ? priceId : null, usage, counts),
    attempts: failed.map(({ attempt: { provider, model, errorCode }, used, place }): AttemptStep => {
      const cost = costs === null ? used.cost && { ...used.cost, costNano: used.cost.nano } : costs.get(place);
      const { lines, words: said } = explained(cost?.priceId, used.usage, used.counts ?? {});
      return { provider, model, errorCode, usage: used.usage, costNano: cost?.costNano ?? null, lines, words: said };
    }),
  });
  const steps: CostStep[] = [
    {
      atUs: row.id + (row.total_us ?? 0),
      reason: null,
      madeBy: null,
      deltaNano: row.cost_nano ?? 0,
      ...stepOf(row.price_id, row.cost_nano, null),
    },
    ...corrections.map((each, n) => ({
      atUs: each.id,
      reason: each.reason,
      madeBy: each.made_by,
      deltaNano: each.delta_nano,
      ...stepOf(each.price_id, each.cost_nano, costsAt[n] ?? null),
    })),
  ];
  const costNano = steps.at(-1)?.costNano ?? null;
  return { exchangeId: id, usage, usageSource: row.usage_source as UsageSource, costNano, steps };
}

async function readPrices(db: Store["db"], ids: readonly (number | null)[]): Promise<Map<number, AppliedPrice>> {
  const wanted = [...new Set(ids.filter((id) => id !== null))];
  if (wanted.length === 0) return new Map();
  const rows = await db.selectFrom("applied_prices").select(["id", "price"]).where("id", "in", wanted).execute();
  return new Map(rows.map(({ id, price }) => [id, JSON.parse(price) as AppliedPrice]));
}
