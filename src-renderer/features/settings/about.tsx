import type { ReplyOf } from "../../../src-gateway/admin-api/contract/endpoints.ts";
import { useSessionState } from "../../api/gateway-context.tsx";
import { useQuery } from "../../api/use-query.ts";
import { QueryState } from "../../components/query-state.tsx";
import { Snippet } from "../../components/snippet.tsx";
import { formatFullMoment } from "../../format/times.ts";
import { language, t } from "../../i18n/t.ts";
import { SupportBundle } from "./support-bundle.tsx";

type Status = ReplyOf<"getStatus">;

const DATABASES = { sqlite: "SQLite", postgres: "PostgreSQL" } as const;

/** What runs here, and what to send along with a question about it. */
export function About() {
  const session = useSessionState();
  const isAdmin = session.phase === "signed-in" && session.user.role !== "gateway_user";
  const status = useQuery("status", (client) => client.call("getStatus"));
  return (
    <div className="stack">
      <section className="panel panel-body" aria-label={t("settings:parts.about")}>
        <QueryState query={status} rows={5}>
          {(now) => (
            <dl className="facts-list settings-choices">
              {factsOf(now).map(([name, value]) => (
                <div key={name}>
                  <dt>{name}</dt>
                  <dd>{value}</dd>
                </div>
              ))}
              <div>
                <dt>{t("settings:licence")}</dt>
                <dd>Apache-2.0</dd>
              </div>
            </dl>
          )}
        </QueryState>
      </section>
      {status.value !== null && (
        <section className="panel panel-body stack">
          <h2>{t("settings:diagnostics")}</h2>
          <p className="soft">{t("settings:diagnosticsText")}</p>
          <Snippet value={diagnosticsOf(status.value)} thing={t("settings:diagnostics")} />
        </section>
      )}
      {isAdmin && <SupportBundle />}
    </div>
  );
}

const factsOf = (status: Status): [string, string][] => [
  [t("settings:version"), status.version],
  [t("settings:database"), DATABASES[status.database]],
  [t("settings:started"), formatFullMoment(status.startedAtUs)],
  [t("settings:address"), status.url],
  ...(status.dataDir === "" ? [] : ([[t("settings:dataDir"), status.dataDir]] as [string, string][])),
];

/** No address, no path and nobody's name: only what tells one installation's state from another's. */
const diagnosticsOf = (status: Status): string =>
  JSON.stringify(
    {
      version: status.version,
      database: status.database,
      uptimeSeconds: Math.round((status.nowUs - status.startedAtUs) / 1e6),
      paused: status.paused,
      openExchanges: status.openExchanges,
      recordsWaiting: status.recordsWaiting,
      ledgerLagMs: status.ledgerLagMs,
      configVersion: status.configVersion,
      hasConfigProblem: status.configProblem !== null,
      authDisabled: status.authDisabled,
      notices: status.notices.length,
      language: language(),
      browser: navigator.userAgent,
    },
    null,
    2,
  );
