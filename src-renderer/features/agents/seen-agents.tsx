import { useQuery } from "../../api/use-query.ts";
import { type Column, DataTable } from "../../components/data-table.tsx";
import { Empty } from "../../components/empty.tsx";
import { QueryState } from "../../components/query-state.tsx";
import { formatCount, formatShare, formatShort, formatUsd } from "../../format/numbers.ts";
import { rangeOf } from "../../format/range.ts";
import { useHour } from "../../format/use-hour.ts";
import { t } from "../../i18n/t.ts";
import { inputOf, type UsageSum } from "../usage/usage-types.ts";

/** Every agent that has asked something in the last 30 days, wherever it runs. */
export function SeenAgents() {
  const { fromUs, toUs } = rangeOf("30d", useHour());
  const query = useQuery(`by agent ${fromUs} ${toUs}`, (client) =>
    client.call("usageBreakdown", { query: { groupBy: "agent", fromUs, toUs } }),
  );
  return (
    <div className="panel">
      <div className="panel-head">
        <h2>{t("agents:seen")}</h2>
      </div>
      <QueryState query={query} rows={4}>
        {(sums) =>
          sums.length === 0 ? (
            <Empty title={t("agents:noneSeen")} />
          ) : (
            <DataTable
              label={t("agents:seen")}
              columns={columns()}
              rows={sums}
              keyOf={({ group }) => group ?? ""}
              sortedBy={{ id: "cost", isDescending: true }}
            />
          )
        }
      </QueryState>
    </div>
  );
}

const columns = (): Column<UsageSum>[] => [
  {
    id: "agent",
    header: t("usage:dimensions.agent"),
    cell: ({ group }) => group ?? t("usage:none"),
    sortBy: ({ group }) => group,
  },
  {
    id: "requests",
    header: t("usage:metrics.requests"),
    cell: ({ requests }) => formatCount(requests),
    sortBy: ({ requests }) => requests,
    isNumber: true,
  },
  {
    id: "failed",
    header: t("usage:failed"),
    cell: ({ failures, requests }) => (failures === 0 ? "–" : formatShare(failures, requests)),
    sortBy: ({ failures, requests }) => failures / Math.max(1, requests),
    isNumber: true,
    isMinor: true,
  },
  {
    id: "input",
    header: t("usage:metrics.input"),
    cell: (sum) => formatShort(inputOf(sum)),
    sortBy: inputOf,
    isNumber: true,
    isMinor: true,
  },
  {
    id: "cost",
    header: t("usage:metrics.cost"),
    cell: ({ costNano }) => formatUsd(costNano),
    sortBy: ({ costNano }) => costNano,
    isNumber: true,
  },
];
