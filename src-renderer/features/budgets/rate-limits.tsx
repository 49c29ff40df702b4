import { type Column, DataTable } from "../../components/data-table.tsx";
import { formatCount } from "../../format/numbers.ts";
import { t } from "../../i18n/t.ts";
import type { RateRule } from "./budget-rules.ts";

/** How much is let through within a minute, or at once. */
export function RateLimits({ rates }: { rates: RateRule[] }) {
  return (
    <div className="panel">
      <div className="panel-head">
        <h2>{t("budgets:rates")}</h2>
      </div>
      {rates.length === 0 ? (
        <p className="panel-body soft">{t("budgets:noRates")}</p>
      ) : (
        <DataTable label={t("budgets:rates")} columns={columns()} rows={rates} keyOf={(rate) => rates.indexOf(rate)} />
      )}
    </div>
  );
}

const SCOPES = ["key", "user", "team", "agent", "project", "provider", "global", "address"] as const;
const scopeOf = (per: string): string => {
  const known = SCOPES.find((each) => each === per);
  return known === undefined ? per : t(`budgets:scopes.${known}`);
};

const columns = (): Column<RateRule>[] => [
  { id: "id", header: t("budgets:name"), cell: ({ id }) => id ?? "–", isMinor: true },
  { id: "per", header: t("budgets:per"), cell: ({ per, only }) => [scopeOf(per), ...(only ?? [])].join(" ") },
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
