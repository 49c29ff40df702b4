import { Link } from "wouter";
import type { ReplyOf } from "../../../src-gateway/admin-api/contract/endpoints.ts";
import type { Query } from "../../api/use-query.ts";
import { HealthDot, toneOf } from "../../components/health-dot.tsx";
import { QueryState } from "../../components/query-state.tsx";
import { formatDuration, formatMoment } from "../../format/times.ts";
import { useDay } from "../../format/use-day.ts";
import { t } from "../../i18n/t.ts";

const SHOWN = 8;

/** What happens now: how many requests are on their way, and those that have just ended. */
export function LastRequests({ query, open }: { query: Query<ReplyOf<"listExchanges">>; open: number }) {
  const dayMs = useDay();
  return (
    <section className="panel" aria-labelledby="last-requests">
      <div className="panel-head">
        <h2 id="last-requests">{t("overview:last")}</h2>
        <span className="in-flight small soft">
          <HealthDot tone={open > 0 ? "busy" : "idle"} />
          {t("overview:open", { count: open })}
        </span>
        <Link href="/requests" className="small">
          {t("overview:all")}
        </Link>
      </div>
      <QueryState query={query} rows={SHOWN}>
        {(exchanges) => (
          <ul className="line-list">
            {exchanges.slice(0, SHOWN).map((exchange) => (
              <li key={exchange.id}>
                <Link href={`/requests/${exchange.requestId}`} className="last-line">
                  <HealthDot tone={toneOf(exchange.outcome)} label={t(`common:outcomes.${exchange.outcome}`)} />
                  <span className="soft cut">{formatMoment(exchange.id, dayMs)}</span>
                  <span className="cut">{exchange.modelAsked ?? exchange.surface}</span>
                  <span className="soft cut last-provider">{exchange.provider ?? ""}</span>
                  <span className="number">{formatDuration(exchange.totalUs)}</span>
                </Link>
              </li>
            ))}
          </ul>
        )}
      </QueryState>
    </section>
  );
}
