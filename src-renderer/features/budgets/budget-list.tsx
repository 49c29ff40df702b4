import { ActionIcon, Button } from "@mantine/core";
import type { BudgetView } from "../../../src-gateway/admin-api/contract/budget-endpoints.ts";
import type { ReplyOf } from "../../../src-gateway/admin-api/contract/endpoints.ts";
import type { Query } from "../../api/use-query.ts";
import { Icon } from "../../components/icon.tsx";
import { Meter } from "../../components/meter.tsx";
import { QueryState } from "../../components/query-state.tsx";
import { formatShare } from "../../format/numbers.ts";
import { formatMoment } from "../../format/times.ts";
import { useDay } from "../../format/use-day.ts";
import { t } from "../../i18n/t.ts";
import { amountsOf, forecastOf, formatAmount, ownerOf, usedShare } from "./budget-facts.ts";
import type { BudgetRule } from "./budget-rules.ts";
import { scopeOf } from "./limit-changes.ts";
import { ACTS, KINDS, WINDOWS } from "./limit-draft.ts";

export interface RuleDeeds {
  onEdit: (place: number) => void;
  onRemove: (place: number) => void;
}

/** Every budget, with everybody who was counted for it, the fullest first. @param deeds null for who may only look. */
export function BudgetList({
  counted,
  rules,
  deeds,
}: {
  counted: Query<ReplyOf<"listBudgets">>;
  rules: BudgetRule[];
  deeds: RuleDeeds | null;
}) {
  if (rules.length === 0) return <p className="panel-body soft">{t("budgets:noBudgets")}</p>;
  return (
    <QueryState query={counted} rows={4}>
      {({ budgets }) => (
        <ul className="budget-list">
          {rules.map((rule) => (
            <li key={`${rule.place} ${rule.id}`}>
              <article className="budget" aria-label={rule.id}>
                <RuleHead rule={rule} deeds={deeds} />
                <Counts rule={rule} counts={budgets.filter(({ budget }) => budget === rule.id)} />
              </article>
            </li>
          ))}
        </ul>
      )}
    </QueryState>
  );
}

function Counts({ rule, counts }: { rule: BudgetRule; counts: BudgetView[] }) {
  if (counts.length === 0) return <p className="small soft">{t("budgets:nothingCounted")}</p>;
  const steps = rule.at.map(({ percent }) => percent / 100);
  return counts
    .toSorted((a, b) => usedShare(b) - usedShare(a))
    .map((count) => <Count key={count.value} budget={count} steps={steps} />);
}

function RuleHead({ rule, deeds }: { rule: BudgetRule; deeds: RuleDeeds | null }) {
  return (
    <div className="budget-head">
      <div className="budget-title">
        <h3>{rule.id}</h3>
        <span className="tag">{kindOf(rule.kind)}</span>
        <span className="soft small">{sentenceOf(rule)}</span>
        {rule.at.length > 0 && (
          <ul className="budget-steps small soft" aria-label={t("budgets:steps")}>
            {rule.at.map(({ percent, do: act, to }) => (
              <li key={`${percent} ${act}`}>
                {t("budgets:step", { percent, act: actOf(act) })}
                {to === undefined ? "" : ` → ${to}`}
              </li>
            ))}
          </ul>
        )}
      </div>
      {deeds !== null && (
        <div className="budget-deeds">
          <Button aria-label={t("budgets:editThing", { name: rule.id })} onClick={() => deeds.onEdit(rule.place)}>
            {t("budgets:edit")}
          </Button>
          <ActionIcon
            aria-label={t("budgets:removeThing", { name: rule.id })}
            onClick={() => deeds.onRemove(rule.place)}
          >
            <Icon name="close" />
          </ActionIcon>
        </div>
      )}
    </div>
  );
}

/** How much of it somebody has used. */
function Count({ budget, steps }: { budget: BudgetView; steps: number[] }) {
  const dayMs = useDay();
  const share = usedShare(budget);
  const label = t("budgets:meter", { name: budget.budget, owner: ownerOf(budget), amounts: amountsOf(budget) });
  return (
    <div className="budget-count">
      <div className="budget-owner">
        <span className="cut">{ownerOf(budget)}</span>
        <strong className="number" data-ink={share >= 1 ? "bad" : share >= 0.8 ? "warn" : undefined}>
          {budget.limit <= 0 ? "–" : formatShare(budget.spent + budget.held, budget.limit)}
        </strong>
      </div>
      <Meter label={label} used={budget.spent} held={budget.held} limit={budget.limit} marks={steps} />
      <div className="budget-foot small">
        <span>{amountsOf(budget)}</span>
        <span className="soft">{forecastOf(budget, dayMs)}</span>
        {budget.resetsAtUs !== null && (
          <span className="soft">{t("budgets:resets", { moment: formatMoment(budget.resetsAtUs, dayMs) })}</span>
        )}
      </div>
    </div>
  );
}

const NANO = 1_000_000_000;

/** Such as `$50.00 a month · each user: ada, grace`. */
function sentenceOf({ limit, unit, window, per, only }: BudgetRule): string {
  const amount =
    unit === "tokens" || unit === "requests"
      ? `${formatAmount(unit, limit)} ${t(`budgets:units.${unit}`)}`
      : formatAmount("usd", limit * NANO);
  const named = t("budgets:amountEach", { amount, window: windowOf(window) });
  if (per === "global") return named;
  const each = t("budgets:each", { scope: scopeOf(per).toLocaleLowerCase() });
  return `${named} · ${[each, only.join(", ")].filter((part) => part !== "").join(": ")}`;
}

const actOf = (act: string): string => {
  const known = ACTS.find((each) => each === act);
  return known === undefined ? act : t(`budgets:acts.${known}`);
};
const kindOf = (kind: string): string => {
  const known = KINDS.find((each) => each === kind);
  return known === undefined ? kind : t(`budgets:kinds.${known}`);
};
const windowOf = (window: string): string => {
  const known = WINDOWS.find((each) => each === window);
  return known === undefined ? t("budgets:within", { span: window }) : t(`budgets:windows.${known}`);
};
