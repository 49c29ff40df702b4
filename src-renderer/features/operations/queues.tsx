import type { OperationsView } from "../../../src-gateway/admin-api/contract/operations-endpoints.ts";
import { HealthDot, type Tone } from "../../components/health-dot.tsx";
import { formatBytes, formatCount } from "../../format/numbers.ts";
import { formatDuration, formatFullMoment } from "../../format/times.ts";
import { said } from "../../i18n/gateway-words.ts";
import { t } from "../../i18n/t.ts";

/** Who waits to be let in, under each limit. */
export function AdmissionQueue({ admission }: { admission: NonNullable<OperationsView["admission"]> }) {
  const { inFlight, waiting, bytes, limits } = admission;
  return (
    <section className="panel" aria-label={t("operations:admission")}>
      <div className="panel-head">
        <h2>{t("operations:admission")}</h2>
        <span className="soft small">
          {t("operations:admissionSum", {
            inFlight: formatCount(inFlight),
            waiting: formatCount(waiting),
            bytes: formatBytes(bytes),
          })}
        </span>
      </div>
      {limits.length === 0 ? (
        <p className="panel-body soft">{t("operations:nobodyWaits")}</p>
      ) : (
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrollable regions need a tab stop
        <div className="table-scroll" tabIndex={0}>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{t("operations:limit")}</th>
                {(["inFlight", "waits", "maximum"] as const).map((name) => (
                  <th key={name} scope="col" className="number">
                    {t(`operations:${name}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {limits.map((limit) => (
                <tr key={`${limit.kind} ${limit.name}`}>
                  <th scope="row">
                    {t(`operations:limits.${limit.kind}`)} <span className="mono">{limit.name}</span>
                  </th>
                  <td className="number">{formatCount(limit.inFlight)}</td>
                  <td className="number" data-ink={limit.waiting > 0 ? "warn" : undefined}>
                    {formatCount(limit.waiting)}
                  </td>
                  <td className="number">{limit.maximum === null ? "–" : formatCount(limit.maximum)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

const ANALYTICS_TONES: Readonly<Record<NonNullable<OperationsView["analytics"]>["is"], Tone>> = {
  starting: "busy",
  feeding: "good",
  standing: "bad",
  other: "idle",
};

/** What is still to be written: into the ledger, and from it into ClickHouse. */
export function Feeds({ ledger, analytics }: Pick<OperationsView, "ledger" | "analytics">) {
  const isSpooled = ledger.spooledBytes > 0;
  return (
    <section className="panel" aria-label={t("operations:feeds")}>
      <div className="panel-head">
        <h2>{t("operations:feeds")}</h2>
      </div>
      <dl className="facts-list panel-body">
        <div>
          <dt>{t("operations:ledger")}</dt>
          <dd>
            <span className="state">
              <HealthDot tone={isSpooled ? "warn" : "good"} />
              {t("operations:ledgerWaiting", { count: ledger.recordsWaiting })}
            </span>{" "}
            {ledger.recordsWaiting > 0 && t("operations:lag", { duration: formatDuration(ledger.lagMs * 1_000) })}
            {isSpooled && <p>{t("operations:spooled", { bytes: formatBytes(ledger.spooledBytes) })}</p>}
          </dd>
        </div>
        <div>
          <dt>{t("operations:clickhouse")}</dt>
          <dd>
            {analytics === null ? (
              <span className="soft">{t("operations:noAnalytics")}</span>
            ) : (
              <>
                <span className="state">
                  <HealthDot tone={ANALYTICS_TONES[analytics.is]} />
                  {t(`operations:analytics.${analytics.is}`)}
                </span>{" "}
                {t("operations:behind", { count: analytics.behind })}
                {analytics.problem !== null && (
                  <p data-ink="bad">
                    {said(analytics.problem)}
                    {analytics.standingSinceUs !== null &&
                      ` (${t("operations:since", { moment: formatFullMoment(analytics.standingSinceUs) })})`}
                  </p>
                )}
              </>
            )}
          </dd>
        </div>
      </dl>
    </section>
  );
}
