import type { BudgetView } from "../../../src-gateway/admin-api/contract/budget-endpoints.ts";
import { Meter } from "../../components/meter.tsx";
import { formatShare } from "../../format/numbers.ts";
import { formatMoment } from "../../format/times.ts";
import { useDay } from "../../format/use-day.ts";
import { t } from "../../i18n/t.ts";
import { amountsOf, forecastOf, ownerOf, usedShare } from "./budget-facts.ts";
import type { BudgetRule } from "./budget-rules.ts";

/** Every budget of everybody who was counted, the fullest first. */
export function BudgetList({ budgets, rules }: { budgets: BudgetView[]; rules: BudgetRule[] }) {
  return (
    <ul className="budget-list">
      {budgets
        .toSorted((a, b) => usedShare(b) - usedShare(a))
        .map((budget) => (
          <li key={`${budget.budget} ${budget.value}`}>
            <OneBudget budget={budget} rule={rules.find(({ id }) => id === budget.budget)} />
          </li>
        ))}
    </ul>
  );
}

function OneBudget({ budget, rule }: { budget: BudgetView; rule: BudgetRule | undefined }) {
  const dayMs = useDay();
  const share = usedShare(budget);
  const steps = rule?.at ?? [];
  const label = t("budgets:meter", { name: budget.budget, owner: ownerOf(budget), amounts: amountsOf(budget) });
  return (
    <article className="budget" aria-label={`${budget.budget} · ${ownerOf(budget)}`}>
      <div className="budget-head">
        <h3>{budget.budget}</h3>
        <span className="soft cut">{ownerOf(budget)}</span>
        <span className="tag">{t(`budgets:kinds.${budget.kind}`)}</span>
        {rule?.window !== undefined && <span className="tag">{windowOf(rule.window)}</span>}
        <strong className="number" data-ink={share >= 1 ? "bad" : share >= 0.8 ? "warn" : undefined}>
          {budget.limit <= 0 ? "–" : formatShare(budget.spent + budget.held, budget.limit)}
        </strong>
      </div>
      <Meter
        label={label}
        used={budget.spent}
        held={budget.held}
        limit={budget.limit}
        marks={steps.map(({ percent }) => percent / 100)}
      />
      <div className="budget-foot small">
        <span>{amountsOf(budget)}</span>
        <span className="soft">{forecastOf(budget, dayMs)}</span>
        {budget.resetsAtUs !== null && (
          <span className="soft">{t("budgets:resets", { moment: formatMoment(budget.resetsAtUs, dayMs) })}</span>
        )}
      </div>
      {steps.length > 0 && (
        <ul className="budget-steps small soft">
          {steps.map(({ percent, do: act, to }) => (
            <li key={`${percent} ${act}`}>
              {t("budgets:step", { percent, act: actOf(act) })}
              {to === undefined ? "" : ` → ${to}`}
            </li>
          ))}
        </ul>
      )}
    </article>
  );
}

const ACTS = ["notify", "warn", "downgrade", "ask", "block"] as const;
const actOf = (act: string): string => {
  const known = ACTS.find((each) => each === act);
  return known === undefined ? act : t(`budgets:acts.${known}`);
};

const WINDOWS = ["day", "week", "month", "total"] as const;
const windowOf = (window: string): string => {
  const known = WINDOWS.find((each) => each === window);
  return known === undefined ? window : t(`budgets:windows.${known}`);
};
