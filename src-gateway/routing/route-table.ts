/** Routes in the order of their precedence, made once for each version of the configuration. */

import { compareExactness, type Exactness, exactnessOf, fits, isPattern } from "../lib/patterns.ts";
import type { RouteConfig } from "../settings/route-types.ts";

export interface RouteTable {
  /** Routes with exactly this name; those with a condition first. */
  exact(model: string): readonly RouteConfig[];
  /** Routes that name no model, in the file's order. */
  readonly anyModel: readonly RouteConfig[];
  /** Routes whose pattern fits, the most exact first; `within` asks for patterns that begin with this text. */
  fitting(model: string, within?: string): Iterable<RouteConfig>;
}

const tables = new WeakMap<readonly RouteConfig[], RouteTable>();

export function routeTableOf(routes: readonly RouteConfig[]): RouteTable {
  let table = tables.get(routes);
  if (!table) tables.set(routes, (table = makeTable(routes)));
  return table;
}

interface Ranked {
  route: RouteConfig;
  exactness: Exactness;
}

const NONE: readonly RouteConfig[] = [];

function makeTable(routes: readonly RouteConfig[]): RouteTable {
  const named = routes.filter((route) => !route.anyModel);
  const exact = Map.groupBy(
    named.filter(({ match }) => !isPattern(match)),
    ({ match }) => match,
  );
  for (const group of exact.values()) group.sort(conditionsFirst);
  const ranked = named
    .filter(({ match }) => isPattern(match))
    .map((route): Ranked => ({ route, exactness: exactnessOf(route.match) }))
    .sort((a, b) => compareExactness(a.exactness, b.exactness) || conditionsFirst(a.route, b.route));
  // A name is looked up under each length of prefix that there is: thousands of prefixes cost a few look-ups.
  const byPrefix = Map.groupBy(ranked, ({ exactness }) => exactness.prefix);
  const lengths = [...new Set(ranked.map(({ exactness }) => exactness.prefix.length))];
  return {
    exact: (model) => exact.get(model) ?? NONE,
    anyModel: routes.filter((route) => route.anyModel),
    *fitting(model, within = "") {
      for (const length of lengths) {
        if (length > model.length || length < within.length) continue;
        for (const { route } of byPrefix.get(model.slice(0, length)) ?? []) {
          if (fits(route.match, model)) yield route;
        }
      }
    },
  };
}

/** Sorting is stable, so what is equal keeps the file's order. */
const conditionsFirst = (a: RouteConfig, b: RouteConfig): number =>
  Number(b.when !== undefined) - Number(a.when !== undefined);
