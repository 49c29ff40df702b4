import { Button } from "@mantine/core";
import type { HookView } from "../../../src-gateway/admin-api/contract/hook-endpoints.ts";
import { useAction } from "../../api/use-action.ts";
import { HealthDot, type Tone } from "../../components/health-dot.tsx";
import { Notice } from "../../components/notice.tsx";
import { showToast } from "../../components/toasts.tsx";
import { formatDuration, formatMoment } from "../../format/times.ts";
import { useDay } from "../../format/use-day.ts";
import { said } from "../../i18n/gateway-words.ts";
import { t } from "../../i18n/t.ts";

/** Each hook: whom it tells, of what, and whether that arrives. */
export function HookList({ hooks, onChanged }: { hooks: HookView[]; onChanged: () => void }) {
  return (
    <ul className="hook-list">
      {hooks.map((hook) => (
        <li key={hook.name}>
          <Hook hook={hook} onChanged={onChanged} />
        </li>
      ))}
    </ul>
  );
}

const toneOf = ({ state, dead, lastProblem }: HookView): Tone =>
  state === "stopped" ? "bad" : state === "off" ? "idle" : dead > 0 || lastProblem !== null ? "warn" : "good";

function Hook({ hook, onChanged }: { hook: HookView; onChanged: () => void }) {
  const { name } = hook;
  const test = useAction((client) => client.call("testHook", { params: { name } }));
  const resync = useAction((client) => client.call("resyncHooks", { body: { hook: name } }));
  const runTest = async (): Promise<void> => {
    const done = await test.run(undefined);
    onChanged();
    if (!done) return;
    const took = formatDuration(done.ms * 1_000);
    showToast(
      done.isDelivered
        ? { tone: "good", text: t("hooks:arrived", { name, took }) }
        : { tone: "bad", text: t("hooks:notArrived", { name, problem: done.problem ?? String(done.code ?? "") }) },
    );
  };
  const runResync = async (): Promise<void> => {
    const done = await resync.run(undefined);
    if (done) showToast({ tone: "good", text: t("hooks:resynced", { name, count: done.users }) });
    onChanged();
  };
  const problem = test.problem ?? resync.problem;
  return (
    <article className="hook" aria-label={name}>
      <div className="hook-head">
        <HealthDot tone={toneOf(hook)} />
        <h2>{name}</h2>
        <span className="tag">{t(`hooks:kinds.${hook.kind}`)}</span>
        <span className="soft small">{t(`hooks:states.${hook.state}`)}</span>
        <div className="panel-actions">
          <Button loading={test.isRunning} aria-label={t("hooks:testThing", { name })} onClick={() => void runTest()}>
            {t("hooks:test")}
          </Button>
          <Button
            loading={resync.isRunning}
            aria-label={t("hooks:resyncThing", { name })}
            title={t("hooks:resyncHint")}
            onClick={() => void runResync()}
          >
            {t("hooks:resync")}
          </Button>
        </div>
      </div>
      <HookFacts hook={hook} />
      {problem !== null && <Notice tone="bad">{problem}</Notice>}
    </article>
  );
}

function HookFacts({ hook }: { hook: HookView }) {
  const dayMs = useDay();
  return (
    <>
      <code className="cut small" title={hook.target}>
        {hook.target}
      </code>
      <ul className="hook-events">
        {hook.events.map((event) => (
          <li key={event} className="tag mono">
            {event}
          </li>
        ))}
      </ul>
      <p className="small soft">
        {[
          hook.lastDeliveredAtUs === null
            ? t("hooks:never")
            : t("hooks:lastAt", { moment: formatMoment(hook.lastDeliveredAtUs, dayMs) }),
          t("hooks:waiting", { count: hook.waiting }),
          t("hooks:dead", { count: hook.dead }),
        ].join(" · ")}
      </p>
      {[hook.why, hook.lastProblem].map(
        (text) =>
          text !== null && (
            <p key={text} className="small" data-ink="warn">
              {said(text)}
            </p>
          ),
      )}
    </>
  );
}
