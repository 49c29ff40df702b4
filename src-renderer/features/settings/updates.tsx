import { Button } from "@mantine/core";
import { useSessionState } from "../../api/gateway-context.tsx";
import { useAction } from "../../api/use-action.ts";
import { useQuery } from "../../api/use-query.ts";
import { Empty } from "../../components/empty.tsx";
import { Notice } from "../../components/notice.tsx";
import { QueryState } from "../../components/query-state.tsx";
import { formatFullMoment } from "../../format/times.ts";
import { said } from "../../i18n/gateway-words.ts";
import { t } from "../../i18n/t.ts";
import { AppUpdates } from "./app-updates.tsx";
import { whyNobody } from "./why-nobody.ts";

/** Whether there is something newer, and what is announced. */
export function Updates() {
  const updates = useQuery("updates", (client) => client.call("getUpdates"));
  return (
    <div className="stack">
      <AppUpdates />
      <section className="panel panel-body" aria-label={t("settings:parts.updates")}>
        <QueryState query={updates} rows={3}>
          {({ version, latestVersion, updateAvailable, securityUpdate, url, message, ...asked }) => (
            <div className="stack">
              {updateAvailable ? (
                <Notice tone={securityUpdate ? "bad" : "warn"}>
                  {t(securityUpdate ? "settings:securityUpdate" : "settings:update", {
                    version: latestVersion ?? "",
                  })}{" "}
                  {isWebAddress(url) && (
                    <a href={url} target="_blank" rel="noreferrer">
                      {t("settings:whatIsNew")}
                    </a>
                  )}
                </Notice>
              ) : (
                <p>{t(asked.checkedAtUs === null ? "settings:notAsked" : "settings:newest", { version })}</p>
              )}
              {message !== null && <p>{message}</p>}
              <p className="soft small">
                {asked.isAsked
                  ? t("settings:asks", { url: asked.baseUrl ?? "" })
                  : t("settings:asksNobody", { why: whyNobody(asked.offBecause) })}{" "}
                {asked.checkedAtUs !== null && t("settings:lastAsked", { at: formatFullMoment(asked.checkedAtUs) })}
              </p>
              {asked.problem !== null && <Notice tone="warn">{said(asked.problem)}</Notice>}
            </div>
          )}
        </QueryState>
      </section>
      <Announcements />
    </div>
  );
}

function Announcements() {
  const session = useSessionState();
  const mayDismiss = session.phase === "signed-in" && session.user.role !== "gateway_user";
  const announcements = useQuery("announcements", (client) => client.call("listAnnouncements"));
  const dismissing = useAction((client, id: string) => client.call("dismissAnnouncement", { params: { id } }));
  const dismiss = async (id: string): Promise<void> => {
    if ((await dismissing.run(id)) !== null) announcements.reload();
  };
  return (
    <section className="panel" aria-label={t("settings:announcements")}>
      <div className="panel-head">
        <h2>{t("settings:announcements")}</h2>
      </div>
      {dismissing.problem !== null && <Notice tone="bad">{dismissing.problem}</Notice>}
      <QueryState query={announcements} rows={2}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty title={t("settings:noAnnouncements")} />
          ) : (
            <ul className="session-list">
              {rows.map(({ id, title, message, url }) => (
                <li key={id}>
                  <div>
                    <strong>{title}</strong>
                    <p className="soft">{message}</p>
                    {isWebAddress(url) && (
                      <a href={url} target="_blank" rel="noreferrer">
                        {url}
                      </a>
                    )}
                  </div>
                  {mayDismiss && (
                    <Button size="compact-xs" onClick={() => void dismiss(id)}>
                      {t("kit:dismiss")}
                      <span className="visually-hidden"> {title}</span>
                    </Button>
                  )}
                </li>
              ))}
            </ul>
          )
        }
      </QueryState>
    </section>
  );
}

/** What comes from elsewhere must not run anything here. */
const isWebAddress = (url: string | null): url is string => url !== null && /^https?:\/\//i.test(url);
