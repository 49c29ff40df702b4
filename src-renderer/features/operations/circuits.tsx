import { Button } from "@mantine/core";
import type { HealthView } from "../../../src-gateway/admin-api/contract/health-schemas.ts";
import { useAction } from "../../api/use-action.ts";
import { useQuery } from "../../api/use-query.ts";
import { type Column, DataTable } from "../../components/data-table.tsx";
import { HealthDot } from "../../components/health-dot.tsx";
import { Notice } from "../../components/notice.tsx";
import { QueryState } from "../../components/query-state.tsx";
import { showToast } from "../../components/toasts.tsx";
import { formatCount, formatShare } from "../../format/numbers.ts";
import { formatDuration, formatMoment } from "../../format/times.ts";
import { useDay } from "../../format/use-day.ts";
import { said } from "../../i18n/gateway-words.ts";
import { t } from "../../i18n/t.ts";

type Target = HealthView["targets"][number];
interface What {
  provider?: string;
  key?: string;
  model?: string;
}
const REFRESH_MS = 5_000;
const TONES = { closed: "good", "half-open": "warn", open: "bad" } as const;
const EVENTS_SHOWN = 12;

/** What is asked and what is left alone, key by key and model by model. */
export function Circuits() {
  const dayMs = useDay();
  const query = useQuery("health", (client) => client.call("listHealth"), { everyMs: REFRESH_MS });
  const reset = useAction((client, body: What) => client.call("resetHealth", { body }));
  const run = async (what: What): Promise<void> => {
    if (await reset.run(what)) showToast({ text: t("operations:wasReset"), tone: "good" });
    query.reload();
  };
  const hasOpen = query.value !== null && query.value.circuits.length > 0;
  return (
    <div className="panel">
      <div className="panel-head">
        <h2>{t("operations:circuits")}</h2>
        <Button disabled={!hasOpen} loading={reset.isRunning} onClick={() => void run({})}>
          {t("operations:resetAll")}
        </Button>
      </div>
      {reset.problem !== null && <Notice tone="bad">{reset.problem}</Notice>}
      <QueryState query={query} rows={4}>
        {({ targets, events, circuits }) => (
          <>
            {circuits.map(({ provider, model, why, availableAtUs }) => (
              <p key={`${provider} ${model}`} className="panel-body circuit-open" data-ink="bad">
                {t("overview:leftAlone", { what: model === null ? provider : `${provider} ${model}`, why })}{" "}
                {availableAtUs !== null && t("operations:again", { moment: formatMoment(availableAtUs, dayMs) })}
              </p>
            ))}
            {targets.length === 0 ? (
              <p className="panel-body soft">{t("operations:noTargets")}</p>
            ) : (
              <DataTable
                label={t("operations:circuits")}
                columns={columns(dayMs, (what) => void run(what))}
                rows={targets}
                keyOf={({ provider, key, model }) => `${provider} ${key} ${model}`}
                sortedBy={{ id: "state", isDescending: true }}
              />
            )}
            {events.length > 0 && (
              <ul className="event-list small" aria-label={t("operations:events")}>
                {events
                  .toReversed()
                  .slice(0, EVENTS_SHOWN)
                  .map(({ atUs, kind, provider, model, key, why }) => (
                    <li key={`${atUs} ${provider} ${model} ${key} ${kind}`}>
                      <span className="soft">{formatMoment(atUs, dayMs)}</span>
                      <HealthDot tone={kind === "recovered" ? "good" : kind === "down" ? "bad" : "warn"} />
                      <span>
                        {t(`operations:eventKinds.${kind}`, { what: [provider, model].filter(Boolean).join(" ") })}
                        {why !== null && <span className="soft"> {said(why)}</span>}
                      </span>
                    </li>
                  ))}
              </ul>
            )}
          </>
        )}
      </QueryState>
    </div>
  );
}

const columns = (dayMs: number, onReset: (what: What) => void): Column<Target>[] => [
  {
    id: "target",
    header: t("operations:target"),
    cell: ({ provider, model }) => `${provider} · ${model}`,
    sortBy: ({ provider, model }) => `${provider} ${model}`,
  },
  { id: "key", header: t("operations:key"), cell: ({ key }) => <code>{key}</code>, isMinor: true },
  {
    id: "state",
    header: t("operations:state"),
    cell: ({ circuit, availableAtUs, why, degraded }) => (
      <span className="circuit-state" title={said(why ?? degraded ?? "") || undefined}>
        <HealthDot tone={degraded !== null && circuit === "closed" ? "warn" : TONES[circuit]} />
        {degraded !== null && circuit === "closed" ? t("operations:degraded") : t(`operations:states.${circuit}`)}
        {availableAtUs !== null && ` · ${formatMoment(availableAtUs, dayMs)}`}
      </span>
    ),
    sortBy: ({ circuit, degraded }) => ["closed", "half-open", "open"].indexOf(circuit) * 2 + Number(degraded !== null),
  },
  {
    id: "failures",
    header: t("usage:failed"),
    cell: ({ failures, attempts }) => `${formatShare(failures, attempts)} / ${formatCount(attempts)}`,
    sortBy: ({ failures, attempts }) => failures / Math.max(1, attempts),
    isNumber: true,
    isMinor: true,
  },
  {
    id: "first",
    header: t("overview:firstToken"),
    cell: ({ firstTokenP50Ms }) => (firstTokenP50Ms === null ? "–" : formatDuration(firstTokenP50Ms * 1_000)),
    sortBy: ({ firstTokenP50Ms }) => firstTokenP50Ms,
    isNumber: true,
    isMinor: true,
  },
  {
    id: "reset",
    header: t("operations:act"),
    cell: ({ circuit, provider, key, model }) =>
      circuit === "closed" ? (
        ""
      ) : (
        <Button
          size="compact-xs"
          aria-label={t("operations:resetThing", { thing: `${provider} ${model}` })}
          onClick={() => onReset({ provider, key, model })}
        >
          {t("operations:reset")}
        </Button>
      ),
  },
];
