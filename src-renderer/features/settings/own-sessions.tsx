import { Button } from "@mantine/core";
import { useAction } from "../../api/use-action.ts";
import { useQuery } from "../../api/use-query.ts";
import { Notice } from "../../components/notice.tsx";
import { QueryState } from "../../components/query-state.tsx";
import { showToast } from "../../components/toasts.tsx";
import { formatFullMoment } from "../../format/times.ts";
import { t } from "../../i18n/t.ts";

/** Where one is signed in. */
export function OwnSessions() {
  const sessions = useQuery("own sessions", (client) => client.call("listSessions"));
  const ending = useAction((client, id: number) => client.call("endSession", { params: { id } }));
  const endingOthers = useAction((client) => client.call("endOtherSessions"));
  const end = async (id: number): Promise<void> => {
    if ((await ending.run(id)) !== null) sessions.reload();
  };
  const endOthers = async (): Promise<void> => {
    const done = await endingOthers.run(undefined);
    if (done === null) return;
    showToast({ text: t("settings:ended", { count: done.ended }) });
    sessions.reload();
  };
  const problem = ending.problem ?? endingOthers.problem;
  return (
    <section className="panel" aria-label={t("settings:parts.sessions")}>
      <div className="panel-head">
        <h2>{t("settings:sessionsTitle")}</h2>
        {(sessions.value?.length ?? 0) > 1 && (
          <Button loading={endingOthers.isRunning} onClick={() => void endOthers()}>
            {t("settings:endOthers")}
          </Button>
        )}
      </div>
      {problem !== null && <Notice tone="bad">{problem}</Notice>}
      <QueryState query={sessions} rows={3}>
        {(rows) => (
          <ul className="session-list">
            {rows.map(({ id, method, provider, createdAtUs, lastSeenAtUs, userAgent, address, isCurrent }) => (
              <li key={id}>
                <div>
                  <strong>{t(`settings:methods.${method}`, { provider: provider ?? "" })}</strong>{" "}
                  {isCurrent && <span className="tag">{t("settings:thisOne")}</span>}
                  <p className="soft small">
                    {[userAgent, address].filter((part) => part !== null).join(" · ") || "–"}
                    <br />
                    {t("settings:sessionTimes", {
                      since: formatFullMoment(createdAtUs),
                      seen: formatFullMoment(lastSeenAtUs),
                    })}
                  </p>
                </div>
                {!isCurrent && (
                  <Button size="compact-xs" onClick={() => void end(id)}>
                    {t("settings:end")}
                  </Button>
                )}
              </li>
            ))}
          </ul>
        )}
      </QueryState>
    </section>
  );
}
