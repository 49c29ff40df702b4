import { Button, SegmentedControl, Switch } from "@mantine/core";
import { Notice } from "../../components/notice.tsx";
import { formatFullMoment } from "../../format/times.ts";
import { t } from "../../i18n/t.ts";
import { type AppUpdateAction, type AppUpdateState, useAppUpdates } from "./use-app-updates.ts";
import { whyNobody } from "./why-nobody.ts";

const CHANNELS = ["stable", "beta"] as const;

/** New versions of the desktop app that this window belongs to; nothing in a browser. */
export function AppUpdates() {
  const { state, act, choose } = useAppUpdates();
  if (state === null) return null;
  const { phase, version, offBecause, choices, checkedAtMs, problem } = state;
  const isOurs = phase !== "unsupported" && phase !== "off";
  return (
    <section className="panel panel-body stack" aria-label={t("settings:app.title")}>
      <h2>{t("settings:app.title")}</h2>
      <p>{sentenceOf(state)}</p>
      {phase === "off" && <p className="soft small">{t("settings:asksNobody", { why: whyNobody(offBecause) })}</p>}
      {phase === "downloading" && (
        <progress
          className="app-progress"
          aria-label={t("settings:app.download")}
          max={100}
          value={state.percent ?? 0}
        />
      )}
      {problem !== null && <Notice tone="warn">{problem}</Notice>}
      <Notes state={state} />
      <Actions state={state} act={act} />
      {isOurs && (
        <dl className="facts-list settings-choices">
          <div>
            <dt>{t("settings:app.channel")}</dt>
            <dd>
              <SegmentedControl
                size="xs"
                aria-label={t("settings:app.channel")}
                value={choices.channel}
                onChange={(value) => choose({ channel: CHANNELS.find((each) => each === value) ?? "stable" })}
                data={CHANNELS.map((value) => ({ value, label: t(`settings:app.channels.${value}`) }))}
              />
            </dd>
          </div>
          <div>
            <dt>{t("settings:app.automatic")}</dt>
            <dd>
              <Switch
                size="xs"
                label={t("settings:app.automaticText")}
                checked={choices.isAutomatic}
                onChange={({ currentTarget }) => choose({ isAutomatic: currentTarget.checked })}
              />
            </dd>
          </div>
        </dl>
      )}
      <p className="soft small">
        {t("settings:app.runs", { version })}{" "}
        {checkedAtMs !== null && t("settings:lastAsked", { at: formatFullMoment(checkedAtMs * 1000) })}
      </p>
    </section>
  );
}

function sentenceOf({ phase, offered, choices, checkedAtMs, openExchanges }: AppUpdateState): string {
  if (phase === "idle" && checkedAtMs === null) return t("settings:app.phases.unknown");
  if (phase === "idle" && offered !== null && offered.version === choices.skipped)
    return t("settings:app.phases.skipped", { version: offered.version });
  return t(`settings:app.phases.${phase}`, { version: offered?.version ?? "", count: openExchanges });
}

/** What is new, as the plain text that the app has made of it. */
function Notes({ state: { phase, offered } }: { state: AppUpdateState }) {
  if (offered?.notes == null || phase === "idle") return null;
  return (
    <details className="app-notes" open={phase === "available"}>
      <summary>{t("settings:whatIsNew")}</summary>
      <p>{offered.notes}</p>
    </details>
  );
}

/** What may be done, the first of them first. */
function actionsOf({ phase, offered, choices }: AppUpdateState): AppUpdateAction[] {
  if (phase === "available") return ["download", "skip"];
  if (phase === "downloading") return ["cancel"];
  if (phase === "staged") return ["restart"];
  if (phase === "waiting") return ["stay"];
  if (phase !== "idle") return [];
  return offered !== null && offered.version === choices.skipped ? ["unskip", "check"] : ["check"];
}

function Actions({ state, act }: { state: AppUpdateState; act: (action: AppUpdateAction) => void }) {
  const actions = actionsOf(state);
  if (actions.length === 0) return null;
  return (
    <div className="app-update-actions">
      {actions.map((action, at) => (
        <Button
          key={action}
          variant={at === 0 && action !== "check" ? "filled" : "default"}
          onClick={() => act(action)}
        >
          {t(`settings:app.actions.${action}`)}
        </Button>
      ))}
    </div>
  );
}
