import { useEffect } from "react";
import { Link } from "wouter";
import type { ReplyOf } from "../../../src-gateway/admin-api/contract/endpoints.ts";
import type { HealthView } from "../../../src-gateway/admin-api/contract/health-schemas.ts";
import type { ProviderView } from "../../../src-gateway/admin-api/contract/schemas.ts";
import { useQuery } from "../../api/use-query.ts";
import { HealthDot } from "../../components/health-dot.tsx";
import { QueryState } from "../../components/query-state.tsx";
import { formatCount } from "../../format/numbers.ts";
import { said } from "../../i18n/gateway-words.ts";
import { t } from "../../i18n/t.ts";
import { toneOfProvider } from "../providers/provider-tone.ts";

const REFRESH_MS = 15_000;

/** Each provider with what it did today. Administrators see it. @param turn read anew when it changes */
export function ProviderStates({ fromUs, turn }: { fromUs: number; turn: number }) {
  const every = { everyMs: REFRESH_MS };
  const providers = useQuery("providers", (client) => client.call("listProviders"), every);
  const { value: health } = useQuery("health", (client) => client.call("listHealth"), every);
  const { value: today, reload } = useQuery(
    `by provider ${fromUs}`,
    (client) => client.call("usageBreakdown", { query: { fromUs, groupBy: "provider" } }),
    every,
  );
  useEffect(() => {
    if (turn > 0) reload();
  }, [turn, reload]);
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
                  <ProviderLine
                    provider={provider}
                    sum={today?.find(({ group }) => group === provider.id)}
                    circuit={health?.circuits.find((each) => each.provider === provider.id)}
                  />
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
  circuit,
}: {
  provider: ProviderView;
  sum: ReplyOf<"usageBreakdown">[number] | undefined;
  circuit: HealthView["circuits"][number] | undefined;
}) {
  return (
    <div className="line provider-line">
      <HealthDot tone={circuit ? "bad" : toneOfProvider(provider, sum)} />
      <span className="cut" title={provider.name}>
        {provider.id}
      </span>
      <span className="soft number" data-ink={sum && sum.failures > 0 ? "bad" : undefined}>
        {sum ? workOf(sum) : t("overview:idle")}
      </span>
      {circuit && (
        <span className="line-problem" data-ink="bad">
          {t("overview:leftAlone", { what: circuit.model ?? provider.id, why: said(circuit.why) })}
        </span>
      )}
      {provider.problem !== null && (
        <span className="line-problem" data-ink="warn">
          {said(provider.problem)}
        </span>
      )}
    </div>
  );
}

function workOf({ requests, failures }: ReplyOf<"usageBreakdown">[number]): string {
  if (failures === 0) return formatCount(requests);
  return t("overview:failuresOf", { failures: formatCount(failures), requests: formatCount(requests) });
}
