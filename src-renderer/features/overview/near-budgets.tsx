import { Link } from "wouter";
import { useQuery } from "../../api/use-query.ts";
import { Meter } from "../../components/meter.tsx";
import { QueryState } from "../../components/query-state.tsx";
import { formatMoment } from "../../format/times.ts";
import { useDay } from "../../format/use-day.ts";
import { t } from "../../i18n/t.ts";
import { amountsOf, forecastOf, isNearItsLimit, ownerOf, usedShare } from "../budgets/budget-facts.ts";

const SHOWN = 4;
const REFRESH_MS = 15_000;

/** The budgets that come to their end, the fullest first. Administrators see it. */
export function NearBudgets() {
  const dayMs = useDay();
  const query = useQuery("budgets", (client) => client.call("listBudgets"), { everyMs: REFRESH_MS });
  if (query.value?.counts === null) return null;
  return (
    <section className="panel" aria-labelledby="near-budgets">
      <div className="panel-head">
        <h2 id="near-budgets">{t("overview:budgets")}</h2>
        <Link href="/budgets" className="small">
          {t("overview:allBudgets")}
        </Link>
      </div>
      <QueryState query={query} rows={2}>
        {({ budgets }) => {
          const near = budgets.filter(isNearItsLimit).toSorted((a, b) => usedShare(b) - usedShare(a));
          if (near.length === 0)
            return <p className="panel-body soft">{t("overview:budgetsFine", { count: budgets.length })}</p>;
          return (
            <ul className="near-list">
              {near.slice(0, SHOWN).map((budget) => (
                <li key={`${budget.budget} ${budget.value}`}>
                  <div className="near-names small">
                    <span className="cut">
                      {budget.budget} · {ownerOf(budget)}
                    </span>
                    <span className="number">{amountsOf(budget)}</span>
                  </div>
                  <Meter label={amountsOf(budget)} used={budget.spent} held={budget.held} limit={budget.limit} />
                  <div className="near-names small soft">
                    <span>{forecastOf(budget, dayMs)}</span>
                    {budget.resetsAtUs !== null && (
                      <span className="number">
                        {t("budgets:resets", { moment: formatMoment(budget.resetsAtUs, dayMs) })}
                      </span>
                    )}
                  </div>
                </li>
              ))}
            </ul>
          );
        }}
      </QueryState>
    </section>
  );
}
