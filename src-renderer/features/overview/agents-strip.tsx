import { Link } from "wouter";
import type { ReplyOf } from "../../../src-gateway/admin-api/contract/endpoints.ts";
import { useQuery } from "../../api/use-query.ts";
import { QueryState } from "../../components/query-state.tsx";
import { formatCount, formatUsd } from "../../format/numbers.ts";
import { formatMoment } from "../../format/times.ts";
import { t } from "../../i18n/t.ts";

const SHOWN = 6;
const REFRESH_MS = 30_000;

/** The agents of today, the busiest first. `last` are the newest requests, which tell when each was seen. */
export function AgentsStrip({ dayMs, last }: { dayMs: number; last: ReplyOf<"listExchanges"> }) {
  const fromUs = dayMs * 1_000;
  const agents = useQuery(
    `by agent ${fromUs}`,
    (client) => client.call("usageBreakdown", { query: { fromUs, groupBy: "agent" } }),
    { everyMs: REFRESH_MS },
  );
  return (
    <section className="panel" aria-labelledby="agents-strip">
      <div className="panel-head">
        <h2 id="agents-strip">{t("overview:agents")}</h2>
        <Link href="/usage?by=agent" className="small">
          {t("overview:allAgents")}
        </Link>
      </div>
      <QueryState query={agents} rows={3}>
        {(sums) =>
          sums.length === 0 ? (
            <p className="panel-body soft">{t("overview:noAgents")}</p>
          ) : (
            <ul className="line-list">
              {sums
                .toSorted((a, b) => b.requests - a.requests)
                .slice(0, SHOWN)
                .map((sum) => (
                  <li key={sum.group ?? ""} className="line agent-line">
                    <span className="cut" title={sum.group ?? undefined}>
                      {sum.group ?? t("overview:unknownAgent")}
                    </span>
                    <span className="soft number">
                      {t("overview:requestsOf", { count: sum.requests, n: formatCount(sum.requests) })}
                    </span>
                    <span className="number">{formatUsd(sum.costNano)}</span>
                    <span className="soft number">{lastSeen(sum.group, last, dayMs)}</span>
                  </li>
                ))}
            </ul>
          )
        }
      </QueryState>
    </section>
  );
}

function lastSeen(agent: string | null, last: ReplyOf<"listExchanges">, dayMs: number): string {
  const newest = last.find((exchange) => nameOf(exchange.agent) === nameOf(agent));
  return newest ? formatMoment(newest.id, dayMs) : t("overview:earlier");
}

/** Requests carry the version, sums may not. */
const nameOf = (agent: string | null): string => (agent ?? "").split("/")[0]?.toLowerCase() ?? "";
