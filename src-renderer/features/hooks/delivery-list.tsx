import { Button, SegmentedControl, Select } from "@mantine/core";
import type { DeliveryView, HookView } from "../../../src-gateway/admin-api/contract/hook-endpoints.ts";
import { useAction } from "../../api/use-action.ts";
import { Empty } from "../../components/empty.tsx";
import { HealthDot } from "../../components/health-dot.tsx";
import { Notice } from "../../components/notice.tsx";
import { QueryState } from "../../components/query-state.tsx";
import { showToast } from "../../components/toasts.tsx";
import { useAddress } from "../../components/use-address.ts";
import { formatDuration, formatMoment } from "../../format/times.ts";
import { useDay } from "../../format/use-day.ts";
import { said } from "../../i18n/gateway-words.ts";
import { t } from "../../i18n/t.ts";
import { type DeliveryState, useDeliveries } from "./use-deliveries.ts";

const STATES = ["waiting", "delivered", "dead"] as const;
const TONES = { waiting: "busy", delivered: "good", dead: "bad" } as const;

/** What hooks were told, what waits and what was given up. */
export function DeliveryList({ hooks, onChanged }: { hooks: HookView[]; onChanged: () => void }) {
  const address = useAddress();
  const state = STATES.find((each) => each === address.get("state")) ?? null;
  const hook = address.get("hook");
  const set = (key: string, value: string | null): void => address.set({ [key]: value });
  const { query, readOn, problem } = useDeliveries(hook, state);
  const replayDead = useAction((client) =>
    client.call("replayHookDeadLetters", { body: hook === null ? {} : { hook } }),
  );
  const runReplayDead = async (): Promise<void> => {
    const done = await replayDead.run(undefined);
    if (done) showToast({ tone: "good", text: t("hooks:replayed", { count: done.replayed }) });
    query.reload();
    onChanged();
  };
  return (
    <section className="panel" aria-labelledby="deliveries">
      <div className="panel-head delivery-head">
        <h2 id="deliveries">{t("hooks:deliveries")}</h2>
        <div className="panel-actions">
          <Filters hooks={hooks} hook={hook} state={state} set={set} />
          {state === "dead" && (
            <Button disabled={!query.value?.length} loading={replayDead.isRunning} onClick={() => void runReplayDead()}>
              {t("hooks:replayAll")}
            </Button>
          )}
        </div>
      </div>
      {[problem, replayDead.problem].map(
        (text) =>
          text !== null && (
            <Notice key={text} tone="bad">
              {text}
            </Notice>
          ),
      )}
      <QueryState query={query} rows={5}>
        {(deliveries) =>
          deliveries.length === 0 ? (
            <Empty title={emptyTitle(state)} />
          ) : (
            <ul className="delivery-list">
              {deliveries.map((delivery) => (
                <li key={delivery.id}>
                  <Delivery delivery={delivery} onReplayed={query.reload} />
                </li>
              ))}
            </ul>
          )
        }
      </QueryState>
      {readOn !== null && (
        <div className="panel-body">
          <Button onClick={readOn}>{t("hooks:older")}</Button>
        </div>
      )}
    </section>
  );
}

function Filters({
  hooks,
  hook,
  state,
  set,
}: {
  hooks: HookView[];
  hook: string | null;
  state: DeliveryState | null;
  set: (key: string, value: string | null) => void;
}) {
  return (
    <>
      <Select
        aria-label={t("hooks:hook")}
        placeholder={t("hooks:allHooks")}
        data={hooks.map(({ name }) => name)}
        value={hook}
        clearable
        clearButtonProps={{ "aria-label": t("hooks:allHooks") }}
        onChange={(value) => set("hook", value)}
      />
      <SegmentedControl
        size="xs"
        aria-label={t("hooks:state")}
        value={state ?? "all"}
        onChange={(value) => set("state", value === "all" ? null : value)}
        data={[
          { value: "all", label: t("hooks:all") },
          ...STATES.map((value) => ({ value, label: t(`hooks:deliveryStates.${value}`) })),
        ]}
      />
    </>
  );
}

const emptyTitle = (state: DeliveryState | null): string =>
  state === null ? t("hooks:noDeliveries") : t(`hooks:none.${state}`);

function Delivery({ delivery, onReplayed }: { delivery: DeliveryView; onReplayed: () => void }) {
  const dayMs = useDay();
  const { id, eventType, hook, state, attempts, createdAtUs, nextAtUs, lastCode, lastMs, lastProblem } = delivery;
  const replay = useAction((client) => client.call("replayHookDelivery", { params: { id } }));
  const facts = [
    hook,
    t("hooks:attempts", { count: attempts }),
    lastCode === null ? null : t("hooks:code", { code: lastCode }),
    lastMs === null ? null : formatDuration(lastMs * 1_000),
    nextAtUs === null ? null : t("hooks:next", { moment: formatMoment(nextAtUs, dayMs) }),
  ].filter((fact) => fact !== null);
  return (
    <details className="delivery">
      <summary>
        <HealthDot tone={TONES[state]} label={t(`hooks:deliveryStates.${state}`)} />
        <span className="soft">{formatMoment(createdAtUs, dayMs)}</span>
        <code className="cut">{eventType}</code>
        <span className="soft cut delivery-facts">{facts.join(" · ")}</span>
      </summary>
      <div className="delivery-body">
        {lastProblem !== null && <p data-ink="bad">{said(lastProblem)}</p>}
        {delivery.lastOutput !== null && delivery.lastOutput !== "" && <pre>{delivery.lastOutput}</pre>}
        <pre>{indented(delivery.body)}</pre>
        <div className="panel-actions">
          <Button
            loading={replay.isRunning}
            aria-label={t("hooks:replayThing", { thing: `${eventType} ${id}` })}
            onClick={() => void replay.run(undefined).then(onReplayed)}
          >
            {t("hooks:replay")}
          </Button>
          {replay.problem !== null && <span data-ink="bad">{replay.problem}</span>}
        </div>
      </div>
    </details>
  );
}

function indented(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json;
  }
}
