import { Link } from "wouter";
import type { ReplyOf } from "../../../src-gateway/admin-api/contract/endpoints.ts";
import type { ProviderView } from "../../../src-gateway/admin-api/contract/schemas.ts";
import type { Query } from "../../api/use-query.ts";
import { HealthDot } from "../../components/health-dot.tsx";
import { QueryState } from "../../components/query-state.tsx";
import { formatCount } from "../../format/numbers.ts";
import { t } from "../../i18n/t.ts";
import { toneOfProvider } from "../providers/provider-tone.ts";

/** Each provider with what it did today. */
export function ProviderStates({
  providers,
  today,
}: {
  providers: Query<ReplyOf<"listProviders">>;
  today: ReplyOf<"usageBreakdown">;
}) {
  return (
    <section className="panel" aria-labelledby="provider-states">
      <div className="panel-head">
        <h2 id="provider-states">{t("overview:providers")}</h2>
        <Link href="/providers" className="small">
          {t("overview:allProviders")}
        </Link>
      </div>
      <QueryState query={providers} rows={3}>
        {(list) =>
          list.length === 0 ? (
            <p className="panel-body soft">{t("overview:noProviders")}</p>
          ) : (
            <ul className="line-list">
              {list.map((provider) => (
                <li key={provider.id}>
                  <ProviderLine provider={provider} sum={today.find(({ group }) => group === provider.id)} />
                </li>
              ))}
            </ul>
          )
        }
      </QueryState>
    </section>
  );
}

function ProviderLine({
  provider,
  sum,
}: {
  provider: ProviderView;
  sum: ReplyOf<"usageBreakdown">[number] | undefined;
}) {
  return (
    <div className="line provider-line">
      <HealthDot tone={toneOfProvider(provider, sum)} />
      <span className="cut" title={provider.name}>
        {provider.id}
      </span>
      <span className="soft number" data-ink={sum && sum.failures > 0 ? "bad" : undefined}>
        {sum ? workOf(sum) : t("overview:idle")}
      </span>
      {provider.problem !== null && (
        <span className="line-problem" data-ink="warn">
          {provider.problem}
        </span>
      )}
    </div>
  );
}

function workOf({ requests, failures }: ReplyOf<"usageBreakdown">[number]): string {
  if (failures === 0) return formatCount(requests);
  return t("overview:failuresOf", { failures: formatCount(failures), requests: formatCount(requests) });
}
