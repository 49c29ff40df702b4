import type { PriceQuestion, PricesView, PriceView } from "../admin-api/contract/price-schemas.ts";
import { partName, unitPriceText } from "../prices/explain-cost.ts";
import { PRICE_PARTS, type PriceBook, type PriceFacts } from "../prices/types.ts";
import { CATALOGUE } from "../providers/catalogue.ts";
import type { Parts } from "./parts.ts";

type Asked = Pick<PriceFacts, "provider" | "model">;

export const isProvider = ({ config }: Parts, name: string): boolean =>
  config.live().instances.has(name) || CATALOGUE.has(name);

export async function pricesView(parts: Parts, question: PriceQuestion): Promise<PricesView> {
  const book = await parts.prices.ready();
  const atMs = Math.floor((question.atUs ?? parts.clock.nowUs()) / 1000);
  const views = (asked: Asked[]): PriceView[] => asked.map((each) => viewOf(book, { ...each, atMs, inputTokens: 0 }));
  const prices =
    question.model === undefined
      ? views(await listed(parts, question.provider))
      : oneModel(parts, question.model, question.provider, views);
  return { version: book.version, problem: parts.prices.problem(), prices };
}

async function listed({ models }: Parts, provider: string | undefined): Promise<Asked[]> {
  const known = await models.list();
  return known
    .filter((each) => provider === undefined || each.provider === provider)
    .map(({ provider: at, id }) => ({ provider: at, model: id }));
}

/**
 * At whom it has a price. Who sends no bills for anything would always be among them, and is left out where there is
 * another; where there is nobody, the kinds that could be configured are asked.
 */
function oneModel(
  { config }: Parts,
  name: string,
  provider: string | undefined,
  views: (asked: Asked[]) => PriceView[],
): PriceView[] {
  const { instances, config: live } = config.live();
  const model = live.aliases[name] ?? name;
  const at = (providers: Iterable<string>): PriceView[] => views([...providers].map((id) => ({ provider: id, model })));
  if (provider !== undefined) return at([provider]);
  const configured = at(instances.keys());
  const named = configured.filter(({ billing, source }) => billing !== null && source !== "providers");
  if (named.length > 0) return named;
  const kinds = at(CATALOGUE.keys()).filter(({ billing, source }) => billing !== null && source !== "providers");
  return kinds.length > 0 ? kinds : configured;
}

function viewOf(book: PriceBook, facts: PriceFacts): PriceView {
  const { provider, model } = facts;
  const price = book.find(facts);
  const thresholds = price?.billing === "metered" ? book.thresholds(facts) : [];
  return {
    provider,
    model,
    billing: price?.billing ?? null,
    why: book.whyUnpriced(facts),
    source: price?.source ?? null,
    priceProvider: price?.priceProvider ?? null,
    priceModel: price?.priceModel ?? null,
    since: price?.since ?? null,
    hours: price?.hours ?? null,
    note: price?.note ?? null,
    tiers: thresholds.map((aboveTokens) => ({
      aboveTokens,
      prices: unitPrices(book, aboveTokens === 0 ? facts : { ...facts, inputTokens: aboveTokens + 1 }),
    })),
    factors: price ? price.factors.map((factor) => ({ ...factor })) : [],
  };
}

function unitPrices(book: PriceBook, facts: PriceFacts): PriceView["tiers"][number]["prices"] {
  const unit = book.find(facts)?.unitPrices ?? {};
  return PRICE_PARTS.flatMap((part) => {
    const microsPerMillion = unit[part];
    if (microsPerMillion === undefined) return [];
    return { part, name: partName(part), microsPerMillion, text: unitPriceText(part, microsPerMillion) };
  });
}
