/** genai-prices' data as a price list. Rows are read when somebody asks for them, as there are thousands. */
import { type GenaiModel, type GenaiProvider, type MatchLogic, readWindows } from "./genai-data.ts";
import { modelNames } from "./model-names.ts";
import type { PriceList, PriceRow } from "./price-list.ts";
import type { Billing } from "./types.ts";

export function createGenaiList(source: string, providers: readonly GenaiProvider[]): PriceList {
  const byId = new Map(providers.map((provider) => [provider.id, provider]));
  const addresses = providers.map(({ id, api_pattern }) => ({ id, pattern: new RegExp(`^(?:${api_pattern})`) }));

  const rowIn = (provider: GenaiProvider, names: readonly string[]): PriceRow | null => {
    for (const name of names) {
      const model = provider.models.find(({ match }) => fits(match, name));
      if (model) return readRow(provider.id, model);
    }
    return null;
  };

  return {
    source,
    listAt: (url) => addresses.find(({ pattern }) => pattern.test(url))?.id ?? null,
    has: (id) => byId.has(id),
    row(id, model) {
      const provider = byId.get(id);
      if (!provider) return null;
      // Some endpoints want the vendor in front of a name that its list has without.
      const plain = model.startsWith(`${id}/`) ? model.slice(id.length + 1) : null;
      const names = plain === null ? modelNames(model) : [...modelNames(model), ...modelNames(plain)];
      const own = rowIn(provider, names);
      if (own) return own;
      for (const other of provider.fallback_model_providers ?? []) {
        const found = byId.get(other);
        const row = found ? rowIn(found, names) : null;
        if (row) return row;
      }
      return null;
    },
    rows: () => providers.flatMap((provider) => provider.models.map((model) => readRow(provider.id, model))),
  };
}

function readRow(provider: string, model: GenaiModel): PriceRow {
  const windows = readWindows(model);
  const isUnknown = windows.every(({ tiers }) => tiers.length === 0);
  return { provider, model: model.id, billing: isUnknown ? freeOf(provider, model) : "metered", note: null, windows };
}

/** No prices at all can also mean that nobody knows them; free is what says so. */
function freeOf(provider: string, { id, price_comments: words = "" }: GenaiModel): Billing {
  if (id.endsWith(":free") || /^(?:.*\. )?free of charge/i.test(words)) return "free";
  return provider === "github-copilot" && /^included in the subscription/i.test(words) ? "subscription" : "metered";
}

/** Names and what they are compared with are the same in either case, but for regular expressions. */
function fits(match: MatchLogic, name: string): boolean {
  if ("or" in match) return match.or.some((each) => fits(each, name));
  if ("and" in match) return match.and.every((each) => fits(each, name));
  if ("regex" in match) return regexOf(match).test(name);
  const lower = name.toLowerCase();
  if ("equals" in match) return lower === match.equals.toLowerCase();
  if ("starts_with" in match) return lower.startsWith(match.starts_with.toLowerCase());
  if ("ends_with" in match) return lower.endsWith(match.ends_with.toLowerCase());
  return lower.includes(match.contains.toLowerCase());
}

const compiled = new WeakMap<object, RegExp>();

function regexOf(match: { regex: string }): RegExp {
  const known = compiled.get(match);
  if (known) return known;
  const pattern = new RegExp(match.regex);
  compiled.set(match, pattern);
  return pattern;
}
