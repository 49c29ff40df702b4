import type { StatusView } from "../../../src-gateway/admin-api/contract/schemas.ts";
import { Notice } from "../../components/notice.tsx";
import { formatMoment } from "../../format/times.ts";
import { useDay } from "../../format/use-day.ts";
import { t } from "../../i18n/t.ts";

/** How the gateway is, in one line. */
export function StatusLine({ status }: { status: StatusView }) {
  const dayMs = useDay();
  const facts = [
    t("overview:since", { moment: formatMoment(status.startedAtUs, dayMs) }),
    t(`overview:databases.${status.database}`),
    `v${status.version}`,
  ];
  // A few records wait at any moment of a busy gateway; only when they stay does somebody want to know.
  if (status.ledgerLagMs > 2_000) facts.push(t("overview:waiting", { count: status.recordsWaiting }));
  return (
    <ul className="status-line small">
      {facts.map((fact) => (
        <li key={fact}>{fact}</li>
      ))}
    </ul>
  );
}

/** What the person in charge should know. */
export function StatusNotices({ status }: { status: StatusView }) {
  return (
    <>
      {status.configProblem !== null && (
        <Notice tone="bad">
          <strong>{t("overview:configProblem")}</strong>
          <div className="mono">{status.configProblem}</div>
        </Notice>
      )}
      {status.diskProblem !== null && <Notice tone="bad">{status.diskProblem}</Notice>}
      {status.authDisabled && <Notice tone="warn">{t("overview:authOff")}</Notice>}
      {status.notices.map((notice) => (
        <Notice key={notice} tone="warn">
          {notice}
        </Notice>
      ))}
    </>
  );
}
