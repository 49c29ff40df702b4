import type { z } from "zod";
import type { recostResultSchema } from "../../../src-gateway/admin-api/contract/ledger-schemas.ts";
import { type Column, DataTable } from "../../components/data-table.tsx";
import { Notice } from "../../components/notice.tsx";
import { formatCount, formatUsd } from "../../format/numbers.ts";
import { t } from "../../i18n/t.ts";

export type RecostResult = z.infer<typeof recostResultSchema>;

/** What other prices make of the requests of a time: how many change, by how much, and which models. */
export function RecostReport({ result }: { result: RecostResult }) {
  const { applied, looked, changed, deltaNano, stillUnpriced, priceGone, priceVersion, sums } = result;
  const numbers = { changed: formatCount(changed), looked: formatCount(looked), money: signed(deltaNano) };
  return (
    <div className="stack">
      {changed === 0 ? (
        <Notice tone="good">{t("ledger:same", numbers)}</Notice>
      ) : (
        <Notice tone={applied ? "good" : "warn"}>
          {t(applied ? "ledger:corrected" : "ledger:wouldChange", numbers)}
        </Notice>
      )}
      {sums.length > 0 && (
        <div className="panel recost-sums">
          <DataTable
            label={t("ledger:byModel")}
            columns={columns()}
            rows={sums}
            keyOf={({ provider, model }) => `${provider} ${model}`}
            sortedBy={{ id: "change", isDescending: true }}
          />
        </div>
      )}
      <p className="soft small">
        {[
          t("ledger:prices", { version: priceVersion }),
          stillUnpriced > 0 ? t("ledger:stillUnpriced", { count: stillUnpriced }) : null,
          priceGone > 0 ? t("ledger:priceGone", { count: priceGone }) : null,
        ]
          .filter((text) => text !== null)
          .join(" ")}
      </p>
    </div>
  );
}

const signed = (nano: number): string => (nano > 0 ? `+${formatUsd(nano)}` : formatUsd(nano));

const columns = (): Column<RecostResult["sums"][number]>[] => [
  {
    id: "model",
    header: t("usage:dimensions.model"),
    cell: ({ provider, model }) => `${provider} · ${model}`,
    sortBy: ({ provider, model }) => `${provider} ${model}`,
  },
  {
    id: "changed",
    header: t("usage:metrics.requests"),
    cell: ({ changed }) => formatCount(changed),
    sortBy: ({ changed }) => changed,
    isNumber: true,
  },
  {
    id: "was",
    header: t("ledger:was"),
    cell: ({ wasNano }) => formatUsd(wasNano),
    sortBy: ({ wasNano }) => wasNano,
    isNumber: true,
    isMinor: true,
  },
  {
    id: "is",
    header: t("ledger:is"),
    cell: ({ isNano }) => formatUsd(isNano),
    sortBy: ({ isNano }) => isNano,
    isNumber: true,
    isMinor: true,
  },
  {
    id: "change",
    header: t("ledger:change"),
    cell: ({ wasNano, isNano }) => signed(isNano - wasNano),
    sortBy: ({ wasNano, isNano }) => Math.abs(isNano - wasNano),
    isNumber: true,
  },
];
