/** Why did this exchange cost that? The prices that were applied to it, part by part, and every later correction. */
import type { Usage, UsageSource } from "../ir/usage.ts";
import type { AppliedPrice, CostLine, ExtraCounts } from "../prices/types.ts";
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
  const prices = await readPrices(db, [row.price_id, ...corrections.map(({ price_id }) => price_id)]);
  const stepOf = (priceId: number | null, costNano: number | null) => {
    const price = priceId === null ? null : (prices.get(priceId) ?? null);
    const lines = price === null ? [] : (words.lines(usage, price, counts) ?? []);
    return { costNano, price, lines, words: price === null ? [] : words.explain(usage, price, counts) };
  };
  const steps: CostStep[] = [
    {
      atUs: row.id + (row.total_us ?? 0),
      reason: null,
      madeBy: null,
      deltaNano: row.cost_nano ?? 0,
      ...stepOf(row.price_id, row.cost_nano),
    },
    ...corrections.map((each) => ({
      atUs: each.id,
      reason: each.reason,
      madeBy: each.made_by,
      deltaNano: each.delta_nano,
      ...stepOf(each.price_id, each.cost_nano),
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
