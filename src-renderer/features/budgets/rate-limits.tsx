import { ActionIcon, Button } from "@mantine/core";
import { type Column, DataTable } from "../../components/data-table.tsx";
import { Icon } from "../../components/icon.tsx";
import { formatCount } from "../../format/numbers.ts";
import { t } from "../../i18n/t.ts";
import type { RuleDeeds } from "./budget-list.tsx";
import type { RateRule } from "./budget-rules.ts";
import { nameOfLimit, scopeOf } from "./limit-changes.ts";

/** How much is let through within a minute, or at once. @param deeds null for who may only look. */
export function RateLimits({ rates, deeds, onAdd }: { rates: RateRule[]; deeds: RuleDeeds | null; onAdd: () => void }) {
  return (
    <div className="panel">
      <div className="panel-head">
        <h2>{t("budgets:rates")}</h2>
        {deeds !== null && <Button onClick={onAdd}>{t("budgets:rate_limits.add")}</Button>}
      </div>
      {rates.length === 0 ? (
        <p className="panel-body soft">{t("budgets:noRates")}</p>
      ) : (
        <DataTable
          label={t("budgets:rates")}
          columns={[...columns(), ...(deeds === null ? [] : [deedsColumn(deeds)])]}
          rows={rates}
          keyOf={({ place }) => place}
        />
      )}
    </div>
  );
}

const columns = (): Column<RateRule>[] => [
  { id: "id", header: t("budgets:name"), cell: ({ id }) => id ?? "–", isMinor: true },
  { id: "per", header: t("budgets:per"), cell: ({ per, only }) => [scopeOf(per), ...only].join(" ") },
  amount("requests", t("budgets:perMinute"), (rate) => rate.requests_per_minute),
  amount("tokens", t("budgets:tokensPerMinute"), (rate) => rate.tokens_per_minute),
  amount("concurrent", t("budgets:concurrent"), (rate) => rate.concurrent),
];

const amount = (id: string, header: string, of: (rate: RateRule) => number | undefined): Column<RateRule> => ({
  id,
  header,
  isNumber: true,
  sortBy: (rate) => of(rate) ?? null,
  cell: (rate) => {
    const value = of(rate);
    return value === undefined ? "–" : formatCount(value);
  },
});

const deedsColumn = ({ onEdit, onRemove }: RuleDeeds): Column<RateRule> => ({
  id: "deeds",
  header: "",
  isNumber: true,
  cell: ({ place, entry }) => {
    const name = nameOfLimit(entry);
    return (
      <div className="budget-deeds">
        <Button size="compact-xs" aria-label={t("budgets:editThing", { name })} onClick={() => onEdit(place)}>
          {t("budgets:edit")}
        </Button>
        <ActionIcon aria-label={t("budgets:removeThing", { name })} onClick={() => onRemove(place)}>
          <Icon name="close" />
        </ActionIcon>
      </div>
    );
  },
});
