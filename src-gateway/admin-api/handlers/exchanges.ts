import { type ExchangeRecord, requestIdOf } from "../../ir/exchange-record.ts";
import type { ExchangeFilter } from "../../request-log/types.ts";
import { type Caller, isAdmin } from "../caller.ts";
import { findRecord } from "./logged-bodies.ts";
import type { Handlers } from "./types.ts";

export const exchangeHandlers: Pick<
  Handlers,
  | "listExchanges"
  | "getExchange"
  | "usageSummary"
  | "usageBreakdown"
  | "usageSeries"
  | "usageLatencies"
  | "usageDifferences"
> = {
  async listExchanges({ deps, query, caller }) {
    const filter: ExchangeFilter = onlyOwn(caller, defined(query));
    return (await deps.requestLog.list(filter)).map((record) => toView(record, caller));
  },
  async getExchange({ deps, params, caller }) {
    const record = await findRecord(deps, caller, params["id"] ?? "");
    return toView(record, caller);
  },
  usageSummary: ({ deps, query, caller }) => deps.usage.total(onlyOwn(caller, defined(query))),
  usageBreakdown: ({ deps, query, caller }) => {
    const { groupBy, ...rest } = query;
    return deps.usage.breakdown({ ...onlyOwn(caller, defined(rest)), groupBy });
  },
  usageSeries: ({ deps, query, caller }) => {
    const { startsUs, toUs, groupBy, limit, ...rest } = query;
    return deps.usage.series({ ...onlyOwn(caller, defined(rest)), startsUs, toUs, groupBy, limit });
  },
  usageLatencies: ({ deps, query }) =>
    deps.usage.latencies({ ...defined(query), groupBy: query.groupBy, metric: query.metric }),
  usageDifferences: ({ deps, query, caller }) => deps.usage.differences(onlyOwn(caller, defined(query))),
};

/** Why others were left out names keys, users and teams of others, which is for administrators only. */
export function toView(record: ExchangeRecord, caller: Caller | null) {
  const { plan } = record;
  const mayKnow = caller === null || isAdmin(caller);
  return {
    ...record,
    requestId: requestIdOf(record.id),
    // The prices themselves are told by the address of the cost.
    cost: record.cost && { ...record.cost, price: null },
    plan: plan === null || mayKnow ? plan : { ...plan, leftOut: [], leftOutMore: 0 },
  };
}

/** Without the members that were not given. */
const defined = (object: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));

/** Whoever is no administrator sees what is theirs, whatever they ask for. */
function onlyOwn(caller: Caller | null, filter: Record<string, unknown>): Record<string, unknown> {
  return caller && !isAdmin(caller) ? { ...filter, userId: caller.userId } : filter;
}
