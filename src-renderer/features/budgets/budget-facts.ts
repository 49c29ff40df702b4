/** How a budget stands, in numbers and words. Pure. */
import type { BudgetView } from "../../../src-gateway/admin-api/contract/budget-endpoints.ts";
import { formatCount, formatShort, formatUsd } from "../../format/numbers.ts";
import { formatMoment } from "../../format/times.ts";
import { t } from "../../i18n/t.ts";

/** From this part of a limit on, people want to know. */
const NEAR = 0.8;

export const formatAmount = (unit: BudgetView["unit"], amount: number): string =>
  unit === "usd" ? formatUsd(amount) : unit === "tokens" ? formatShort(amount) : formatCount(amount);

export const usedShare = ({ spent, held, limit }: BudgetView): number => (limit <= 0 ? 1 : (spent + held) / limit);

export const isNearItsLimit = (budget: BudgetView): boolean =>
  usedShare(budget) >= NEAR || (budget.usedUpAtUs !== null && budget.kind !== "soft");

/** Whose budget it is: the budget's name alone when it is everybody's. */
export const ownerOf = ({ scope, value }: Pick<BudgetView, "scope" | "value">): string =>
  scope === "global" ? t("budgets:scopes.global") : `${t(`budgets:scopes.${scope}`)} ${value}`;

export function amountsOf({ unit, spent, held, limit }: BudgetView): string {
  const amounts = {
    spent: formatAmount(unit, spent),
    limit: formatAmount(unit, limit),
    unit: t(`budgets:units.${unit}`),
  };
  if (held === 0) return t("budgets:amounts", amounts);
  return t("budgets:amountsHeld", { ...amounts, held: formatAmount(unit, held) });
}

/** What becomes of it at the pace of late. */
export function forecastOf(budget: BudgetView, dayMs: number): string {
  const { usedUpAtUs, resetsAtUs } = budget;
  if (usedShare(budget) >= 1) return t("budgets:usedUp");
  if (usedUpAtUs !== null) return t("budgets:usedUpAt", { moment: formatMoment(usedUpAtUs, dayMs) });
  return resetsAtUs === null ? t("budgets:lasts") : t("budgets:lastsUntilReset");
}
