import type { OperationsView } from "../../../src-gateway/admin-api/contract/operations-endpoints.ts";
import { HealthDot } from "../../components/health-dot.tsx";
import { formatMoment } from "../../format/times.ts";
import { useDay } from "../../format/use-day.ts";
import { t } from "../../i18n/t.ts";

/** The gateways that work on this database. */
export function Replicas({ replicas }: { replicas: OperationsView["replicas"] }) {
  const dayMs = useDay();
  return (
    <section className="panel" aria-label={t("operations:replicas")}>
      <div className="panel-head">
        <h2>{t("operations:replicas")}</h2>
        <span className="soft small">{t("operations:replicasText")}</span>
      </div>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrollable regions need a tab stop */}
      <div className="table-scroll" tabIndex={0}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t("operations:replica")}</th>
              <th scope="col">{t("operations:state")}</th>
              <th scope="col" className="is-minor">
                {t("operations:started")}
              </th>
              <th scope="col">{t("operations:lastSeen")}</th>
            </tr>
          </thead>
          <tbody>
            {replicas.map(({ id, host, pid, isAlive, isSelf, startedAtUs, lastSeenUs }) => (
              <tr key={id}>
                <th scope="row">
                  <span className="mono">{host}</span> {t("operations:process", { pid })}{" "}
                  {isSelf && <span className="tag">{t("operations:self")}</span>}
                </th>
                <td>
                  <span className="state">
                    <HealthDot tone={isAlive ? "good" : "bad"} />
                    {t(isAlive ? "operations:alive" : "operations:silent")}
                  </span>
                </td>
                <td className="is-minor">{formatMoment(startedAtUs, dayMs)}</td>
                <td>{formatMoment(lastSeenUs, dayMs)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
