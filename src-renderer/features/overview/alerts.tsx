import { Button } from "@mantine/core";
import { Link } from "wouter";
import { useAction } from "../../api/use-action.ts";
import { useQuery } from "../../api/use-query.ts";
import { Notice } from "../../components/notice.tsx";
import { t } from "../../i18n/t.ts";

const REFRESH_MS = 15_000;
const SLOW_MS = 600_000;

/** What waits for somebody, or should be known: agents in circles, new versions, announcements. */
export function Alerts({ isAdmin }: { isAdmin: boolean }) {
  return (
    <>
      {isAdmin && <Waiting />}
      <Circles />
      <Versions />
      <Announcements isAdmin={isAdmin} />
    </>
  );
}

function Waiting() {
  const asks = useQuery("asks", (client) => client.call("listBudgetAsks"), { everyMs: REFRESH_MS });
  if (!asks.value?.length) return null;
  return (
    <Notice tone="warn">
      {t("overview:asks", { count: asks.value.length })} <Link href="/budgets">{t("overview:answer")}</Link>
    </Notice>
  );
}

function Circles() {
  const runaways = useQuery("runaways", (client) => client.call("listRunaways"), { everyMs: REFRESH_MS });
  const resume = useAction((client, id: string) => client.call("resumeRunaway", { params: { id } }));
  const paused = (runaways.value ?? []).filter(({ level }) => level === "pause");
  return paused.map((each) => (
    <Notice key={each.id} tone="warn">
      <div className="alert-row">
        <span>{t("overview:circle", { agent: each.agent ?? t("overview:unknownAgent"), model: each.model })}</span>
        <Button
          size="compact-xs"
          loading={resume.isRunning}
          onClick={() => void resume.run(each.id).then(runaways.reload)}
        >
          {t("overview:resume")}
        </Button>
      </div>
      {resume.problem}
    </Notice>
  ));
}

function Versions() {
  const { value } = useQuery("updates", (client) => client.call("getUpdates"), { everyMs: SLOW_MS });
  if (!value?.updateAvailable) return null;
  return (
    <Notice tone={value.securityUpdate ? "bad" : "good"}>
      {t(value.securityUpdate ? "overview:securityUpdate" : "overview:update", { version: value.latestVersion ?? "" })}{" "}
      {value.url !== null && (
        <a href={value.url} target="_blank" rel="noreferrer">
          {t("overview:notes")}
        </a>
      )}
    </Notice>
  );
}

function Announcements({ isAdmin }: { isAdmin: boolean }) {
  const query = useQuery("announcements", (client) => client.call("listAnnouncements"), { everyMs: SLOW_MS });
  const dismiss = useAction((client, id: string) => client.call("dismissAnnouncement", { params: { id } }));
  const shown = (query.value ?? []).filter(({ dismissedAtUs }) => dismissedAtUs === null);
  return shown.map(({ id, title, message, url }) => (
    <Notice key={id} tone="good">
      <div className="alert-row">
        <span>
          <strong>{title}</strong> {message}{" "}
          {url !== null && (
            <a href={url} target="_blank" rel="noreferrer">
              {t("overview:notes")}
            </a>
          )}
        </span>
        {isAdmin && (
          <Button size="compact-xs" onClick={() => void dismiss.run(id).then(query.reload)}>
            {t("overview:putAway")}
          </Button>
        )}
      </div>
    </Notice>
  ));
}
