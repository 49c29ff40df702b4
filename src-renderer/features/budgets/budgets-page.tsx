import "./budgets.css";
import { Link } from "wouter";
import { useQuery } from "../../api/use-query.ts";
import { Empty } from "../../components/empty.tsx";
import { Notice } from "../../components/notice.tsx";
import { QueryState } from "../../components/query-state.tsx";
import { Snippet } from "../../components/snippet.tsx";
import { t } from "../../i18n/t.ts";
import { BudgetAsks } from "./budget-asks.tsx";
import { BudgetList } from "./budget-list.tsx";
import { readBudgetRules } from "./budget-rules.ts";
import { RateLimits } from "./rate-limits.tsx";

const REFRESH_MS = 10_000;
/** Somebody's agent stands still meanwhile. */
const ASKS_REFRESH_MS = 3_000;

const EXAMPLE = `budgets:
  - id: everybody
    per: user
    limit: 50        # USD
    window: month
rate_limits:
  - per: key
    requests_per_minute: 120`;

export function BudgetsPage() {
  const budgets = useQuery("budgets", (client) => client.call("listBudgets"), { everyMs: REFRESH_MS });
  const asks = useQuery("asks", (client) => client.call("listBudgetAsks"), { everyMs: ASKS_REFRESH_MS });
  const document = useQuery("config-document", (client) => client.call("getConfigDocument"));
  const rules = readBudgetRules(document.value?.value);
  const isUnused = budgets.value?.counts === null && rules.budgets.length === 0 && rules.rates.length === 0;
  return (
    <div className="page">
      <header className="page-head">
        <h1>{t("budgets:title")}</h1>
        {budgets.value?.counts && <span className="soft small">{t(`budgets:counts.${budgets.value.counts}`)}</span>}
      </header>
      <div className="stack">
        {budgets.value?.counts === "apart" && <Notice tone="warn">{t("budgets:apart")}</Notice>}
        {isUnused ? (
          <section className="panel" aria-label={t("budgets:title")}>
            <Empty title={t("budgets:emptyTitle")}>
              <p>{t("budgets:emptyText")}</p>
            </Empty>
            <div className="panel-body">
              <Snippet value={EXAMPLE} thing={t("budgets:example")} />
            </div>
          </section>
        ) : (
          <>
            <BudgetAsks query={asks} />
            <section className="panel" aria-labelledby="budget-list">
              <div className="panel-head">
                <h2 id="budget-list">{t("budgets:list")}</h2>
              </div>
              <QueryState query={budgets} rows={4}>
                {(value) =>
                  value.budgets.length === 0 ? (
                    <p className="panel-body soft">{t("budgets:nothingCounted")}</p>
                  ) : (
                    <BudgetList budgets={value.budgets} rules={rules.budgets} />
                  )
                }
              </QueryState>
            </section>
            <RateLimits rates={rules.rates} />
          </>
        )}
        <p className="soft small">
          {t("budgets:where", { file: document.value?.file ?? t("budgets:database") })}{" "}
          <Link href="/routing?view=yaml">{t("budgets:edit")}</Link>
        </p>
      </div>
    </div>
  );
}
