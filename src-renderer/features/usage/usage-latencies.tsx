import { SegmentedControl } from "@mantine/core";
import { useState } from "react";
import type { ReplyOf } from "../../../src-gateway/admin-api/contract/endpoints.ts";
import { useSessionState } from "../../api/gateway-context.tsx";
import { useQuery } from "../../api/use-query.ts";
import { type Column, DataTable } from "../../components/data-table.tsx";
import { Empty } from "../../components/empty.tsx";
import { QueryState } from "../../components/query-state.tsx";
import { formatCount } from "../../format/numbers.ts";
import type { TimeRange } from "../../format/range.ts";
import { formatDuration } from "../../format/times.ts";
import { t } from "../../i18n/t.ts";

type Latency = ReplyOf<"usageLatencies">[number];
const GROUPS = ["model", "provider"] as const;
type Grouping = (typeof GROUPS)[number];

/** How long answers took to begin; whole days only, which is what percentiles are kept of. */
export function UsageLatencies({ range: { fromUs, toUs } }: { range: TimeRange }) {
  const session = useSessionState();
  const mayKnow = session.phase === "signed-in" && session.user.role !== "gateway_user";
  return mayKnow ? <Latencies fromUs={fromUs} toUs={toUs} /> : null;
}

function Latencies({ fromUs, toUs }: { fromUs: number; toUs: number }) {
  const [groupBy, setGroupBy] = useState<Grouping>("model");
  const query = useQuery(`latencies ${groupBy} ${fromUs} ${toUs}`, (client) =>
    client.call("usageLatencies", { query: { groupBy, fromUs, toUs, metric: "first-token-us" } }),
  );
  return (
    <section className="panel">
      <div className="panel-head">
        <h2>{t("usage:latencies")}</h2>
        <SegmentedControl
          size="xs"
          aria-label={t("usage:by")}
          value={groupBy}
          onChange={(value) => setGroupBy(value === "provider" ? "provider" : "model")}
          data={GROUPS.map((value) => ({ value, label: t(`usage:dimensions.${value}`) }))}
        />
      </div>
      <QueryState query={query} rows={5}>
        {(latencies) =>
          latencies.length === 0 ? (
            <Empty title={t("usage:empty")} />
          ) : (
            <DataTable
              label={t("usage:latencies")}
              rows={latencies}
              keyOf={({ group }) => group ?? ""}
              columns={columnsOf(groupBy)}
              sortedBy={{ id: "p50", isDescending: true }}
            />
          )
        }
      </QueryState>
    </section>
  );
}

const columnsOf = (groupBy: Grouping): Column<Latency>[] => [
  {
    id: "group",
    header: t(`usage:dimensions.${groupBy}`),
    cell: ({ group }) => <span className="cut usage-group">{group ?? t("usage:none")}</span>,
    sortBy: ({ group }) => group,
  },
  {
    id: "count",
    header: t("usage:answers"),
    cell: ({ count }) => formatCount(count),
    sortBy: ({ count }) => count,
    isNumber: true,
    isMinor: true,
  },
  ...(["p50", "p90", "p99"] as const).map((id) => ({
    id,
    header: id,
    cell: (latency: Latency) => formatDuration(latency[id]),
    sortBy: (latency: Latency) => latency[id],
    isNumber: true,
  })),
];
