import { Button } from "@mantine/core";
import type { RunawayView } from "../../../src-gateway/admin-api/contract/runaway-endpoints.ts";
import { useAction } from "../../api/use-action.ts";
import { useQuery } from "../../api/use-query.ts";
import { type Column, DataTable } from "../../components/data-table.tsx";
import { HealthDot } from "../../components/health-dot.tsx";
import { Notice } from "../../components/notice.tsx";
import { QueryState } from "../../components/query-state.tsx";
import { showToast } from "../../components/toasts.tsx";
import { formatCount } from "../../format/numbers.ts";
import { formatMoment } from "../../format/times.ts";
import { useDay } from "../../format/use-day.ts";
import { t } from "../../i18n/t.ts";

const REFRESH_MS = 5_000;
const TONES = { warn: "warn", throttle: "warn", pause: "bad" } as const;

/** Agents that run in circles, and the way on for those that were paused. */
export function Circles() {
  const dayMs = useDay();
  const query = useQuery("runaways", (client) => client.call("listRunaways"), { everyMs: REFRESH_MS });
  const resume = useAction((client, id: string) => client.call("resumeRunaway", { params: { id } }));
  const run = async (id: string): Promise<void> => {
    if (await resume.run(id)) showToast({ text: t("operations:resumed"), tone: "good" });
    query.reload();
  };
  return (
    <div className="panel">
      <div className="panel-head">
        <h2>{t("operations:circles")}</h2>
      </div>
      {resume.problem !== null && <Notice tone="bad">{resume.problem}</Notice>}
      <QueryState query={query} rows={2}>
        {(circles) =>
          circles.length === 0 ? (
            <p className="panel-body soft">{t("operations:noCircles")}</p>
          ) : (
            <DataTable
              label={t("operations:circles")}
              columns={columns(dayMs, (id) => void run(id))}
              rows={circles}
              keyOf={({ id }) => id}
              sortedBy={{ id: "last", isDescending: true }}
            />
          )
        }
      </QueryState>
    </div>
  );
}

const columns = (dayMs: number, onResume: (id: string) => void): Column<RunawayView>[] => [
  {
    id: "agent",
    header: t("usage:dimensions.agent"),
    cell: ({ agent, session }) => <span title={session ?? undefined}>{agent ?? t("usage:none")}</span>,
    sortBy: ({ agent }) => agent,
  },
  { id: "model", header: t("usage:dimensions.model"), cell: ({ model }) => model, sortBy: ({ model }) => model },
  {
    id: "kind",
    header: t("operations:circle"),
    cell: ({ kind, count }) => t(`operations:circleKinds.${kind}`, { count, n: formatCount(count) }),
    isMinor: true,
  },
  {
    id: "level",
    header: t("operations:state"),
    cell: ({ level }) => (
      <span className="circuit-state">
        <HealthDot tone={TONES[level]} />
        {t(`operations:levels.${level}`)}
      </span>
    ),
    sortBy: ({ level }) => ["warn", "throttle", "pause"].indexOf(level),
  },
  {
    id: "last",
    header: t("operations:last"),
    cell: ({ lastUs }) => formatMoment(lastUs, dayMs),
    sortBy: ({ lastUs }) => lastUs,
    isNumber: true,
    isMinor: true,
  },
  {
    id: "resume",
    header: t("operations:act"),
    cell: ({ id, level, agent }) =>
      level !== "pause" ? (
        ""
      ) : (
        <Button
          size="compact-xs"
          aria-label={t("operations:resumeThing", { thing: agent ?? id })}
          onClick={() => onResume(id)}
        >
          {t("overview:resume")}
        </Button>
      ),
  },
];
