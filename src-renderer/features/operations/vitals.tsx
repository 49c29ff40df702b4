import type { StatusView } from "../../../src-gateway/admin-api/contract/schemas.ts";
import { Kpi } from "../../components/kpi.tsx";
import { Notice } from "../../components/notice.tsx";
import { formatCount } from "../../format/numbers.ts";
import { formatDuration, formatFullMoment } from "../../format/times.ts";
import { t } from "../../i18n/t.ts";

/** Longer than a busy moment takes. */
const LONG_LAG_MS = 5_000;

/** How the gateway that answers is. */
export function Vitals({ status }: { status: StatusView }) {
  const isBehind = status.ledgerLagMs >= LONG_LAG_MS;
  return (
    <>
      {status.diskProblem !== null && <Notice tone="bad">{status.diskProblem}</Notice>}
      {status.configProblem !== null && (
        <Notice tone="bad">
          <strong>{t("overview:configProblem")}</strong>
          <div className="mono">{status.configProblem}</div>
        </Notice>
      )}
      <section className="panel" aria-label={t("operations:vitals")}>
        <dl className="kpis">
          <Kpi
            name={t("operations:inFlight")}
            number={formatCount(status.openExchanges)}
            note={t("operations:since", { moment: formatFullMoment(status.startedAtUs) })}
          />
          <Kpi
            name={t("operations:waiting")}
            number={formatCount(status.recordsWaiting)}
            note={t("operations:lag", { duration: formatDuration(status.ledgerLagMs * 1_000) })}
            ink={isBehind ? "bad" : undefined}
          />
          <Kpi
            name={t("operations:database")}
            number={t(`overview:databases.${status.database}`)}
            note={status.dataDir}
          />
          <Kpi
            name={t("operations:disk")}
            number={t(status.diskProblem === null ? "operations:diskFine" : "operations:diskShort")}
            note={t("operations:configVersion", { version: status.configVersion })}
            ink={status.diskProblem === null ? undefined : "bad"}
          />
          <Kpi
            name={t("operations:version")}
            number={status.version}
            note={t("operations:process", { pid: status.pid })}
          />
        </dl>
      </section>
    </>
  );
}
