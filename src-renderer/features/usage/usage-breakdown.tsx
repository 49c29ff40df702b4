import { Button } from "@mantine/core";
import type { ReactNode } from "react";
import type { ReplyOf } from "../../../src-gateway/admin-api/contract/endpoints.ts";
import { useQuery } from "../../api/use-query.ts";
import { type Column, DataTable } from "../../components/data-table.tsx";
import { Empty } from "../../components/empty.tsx";
import { QueryState } from "../../components/query-state.tsx";
import { saveFile } from "../../components/save-file.ts";
import { formatChange, formatCount, formatShare, formatShort, formatUsd } from "../../format/numbers.ts";
import type { TimeRange } from "../../format/range.ts";
import { formatDuration } from "../../format/times.ts";
import { toCsv } from "../../format/to-csv.ts";
import { t } from "../../i18n/t.ts";
import { inputOf, type UsageDimension, type UsageSum } from "./usage-types.ts";

/** Who or what used how much, the dearest first. */
export function UsageBreakdown({
  dimension,
  range,
  previous,
  tools,
}: {
  dimension: UsageDimension;
  range: TimeRange;
  previous: TimeRange;
  /** What else can be done with what it sums up. */
  tools: ReactNode;
}) {
  const now = useBreakdown(dimension, range);
  const earlier = useBreakdown(dimension, previous);
  const label = t("usage:breakdown", { dimension: t(`usage:dimensions.${dimension}`) });
  return (
    <section className="panel">
      <div className="panel-head">
        <h2>{label}</h2>
        <div className="panel-actions">
          {tools}
          <Button
            disabled={!now.value?.length}
            onClick={() => saveFile(`usage-${dimension}.csv`, "text/csv", csvOf(now.value ?? []))}
          >
            CSV
          </Button>
        </div>
      </div>
      <QueryState query={now} rows={5}>
        {(sums) =>
          sums.length === 0 ? (
            <Empty title={t("usage:empty")} />
          ) : (
            <DataTable
              label={label}
              columns={columnsFor(dimension, earlier.value)}
              rows={sums}
              keyOf={({ group }) => group ?? ""}
              sortedBy={{ id: "cost", isDescending: true }}
            />
          )
        }
      </QueryState>
    </section>
  );
}

const useBreakdown = (groupBy: UsageDimension, { fromUs, toUs }: TimeRange) =>
  useQuery<ReplyOf<"usageBreakdown">>(`by ${groupBy} ${fromUs} ${toUs}`, (client) =>
    client.call("usageBreakdown", { query: { groupBy, fromUs, toUs } }),
  );

function columnsFor(dimension: UsageDimension, earlier: UsageSum[] | null): Column<UsageSum>[] {
  const before = new Map(earlier?.map((sum) => [sum.group, sum.costNano]));
  return [
    {
      id: "group",
      header: t(`usage:dimensions.${dimension}`),
      cell: ({ group }) => <span className="cut usage-group">{group ?? t("usage:none")}</span>,
      sortBy: ({ group }) => group,
    },
    amount("requests", t("usage:metrics.requests"), (sum) => sum.requests, formatCount),
    minor(
      "failed",
      t("usage:failed"),
      (sum) => sum.failures / Math.max(1, sum.requests),
      (share) => (share === 0 ? "–" : formatShare(share, 1)),
    ),
    amount("input", t("usage:metrics.input"), inputOf, formatShort),
    minor(
      "cached",
      t("usage:metrics.cached"),
      (sum) => (inputOf(sum) === 0 ? null : sum.usage.cacheRead / inputOf(sum)),
      (share) => formatShare(share, 1),
    ),
    amount("output", t("usage:metrics.output"), (sum) => sum.usage.output, formatShort),
    minor(
      "first",
      t("usage:meanFirstToken"),
      (sum) => sum.meanFirstTokenMs,
      (ms) => formatDuration(ms * 1_000),
    ),
    {
      id: "cost",
      header: t("usage:metrics.cost"),
      cell: (sum) => <Cost sum={sum} />,
      sortBy: (sum) => sum.costNano,
      isNumber: true,
    },
    {
      id: "change",
      header: t("usage:against"),
      cell: (sum) => (earlier === null ? "" : formatChange(sum.costNano, before.get(sum.group) ?? 0)),
      isMinor: true,
      isNumber: true,
    },
  ];
}

function amount(
  id: string,
  header: string,
  value: (sum: UsageSum) => number | null,
  format: (value: number) => string,
): Column<UsageSum> {
  const cell = (sum: UsageSum): string => {
    const found = value(sum);
    return found === null ? "–" : format(found);
  };
  return { id, header, cell, sortBy: value, isNumber: true };
}

const minor = (...column: Parameters<typeof amount>): Column<UsageSum> => ({ ...amount(...column), isMinor: true });

/** Use of no known price is a state that is seen, never nothing. */
function Cost({ sum }: { sum: UsageSum }) {
  if (sum.unpriced === 0) return formatUsd(sum.costNano);
  return (
    <span data-ink="warn" title={t("usage:unpriced", { count: sum.unpriced })}>
      {sum.costNano === 0 ? t("usage:noPrice") : `${formatUsd(sum.costNano)} +`}
    </span>
  );
}

const csvOf = (sums: UsageSum[]): string =>
  toCsv([
    [
      "group",
      "requests",
      "failures",
      "input_tokens",
      "cache_read_tokens",
      "output_tokens",
      "cost_usd",
      "unpriced_requests",
    ],
    ...sums.map((sum) => [
      sum.group ?? "",
      sum.requests,
      sum.failures,
      inputOf(sum),
      sum.usage.cacheRead,
      sum.usage.output,
      // All nine places: a sum of rounded numbers would not be the sum.
      (sum.costNano / 1e9).toFixed(9),
      sum.unpriced,
    ]),
  ]);
