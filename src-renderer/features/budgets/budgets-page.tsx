import "../../configuration/steer.css";
import "./budgets.css";
import { Button } from "@mantine/core";
import { useState } from "react";
import { Link } from "wouter";
import { useSessionState } from "../../api/gateway-context.tsx";
import { useQuery } from "../../api/use-query.ts";
import { Empty } from "../../components/empty.tsx";
import { Notice } from "../../components/notice.tsx";
import { QueryState } from "../../components/query-state.tsx";
import type { LimitList } from "../../configuration/config-value.ts";
import { type Configuration, useConfiguration } from "../../configuration/use-configuration.ts";
import { t } from "../../i18n/t.ts";
import { BudgetAsks } from "./budget-asks.tsx";
import { BudgetList, type RuleDeeds } from "./budget-list.tsx";
import { budgetRules, rateRules } from "./budget-rules.ts";
import { removeLimit } from "./limit-changes.ts";
import { type EditedLimit, LimitSheet } from "./limit-sheet.tsx";
import { RateLimits } from "./rate-limits.tsx";

const REFRESH_MS = 10_000;
/** Somebody's agent stands still meanwhile. */
const ASKS_REFRESH_MS = 3_000;

/** What may be spent and how fast, how that stands, and who waits because of it. */
export function BudgetsPage() {
  const budgets = useQuery("budgets", (client) => client.call("listBudgets"), { everyMs: REFRESH_MS });
  const asks = useQuery("asks", (client) => client.call("listBudgetAsks"), { everyMs: ASKS_REFRESH_MS });
  const configuration = useConfiguration(budgets.reload);
  const { value, query } = configuration;
  const [edited, setEdited] = useState<EditedLimit | null>(null);
  const mayWrite = useMayWrite();
  const add = (list: LimitList): void => setEdited({ list, place: "new" });
  const deeds = (list: LimitList): RuleDeeds | null => (mayWrite ? deedsOf(list, configuration, setEdited) : null);
  const rules = budgetRules(value.limits.budgets);
  const rates = rateRules(value.limits.rate_limits);
  const isUnused = query.value !== null && rules.length === 0 && rates.length === 0;
  return (
    <div className="page">
      <header className="page-head">
        <h1>{t("budgets:title")}</h1>
        {budgets.value?.counts && <span className="soft small">{t(`budgets:counts.${budgets.value.counts}`)}</span>}
        {mayWrite && (
          <div className="page-tools">
            <Button variant="filled" onClick={() => add("budgets")}>
              {t("budgets:budgets.add")}
            </Button>
          </div>
        )}
      </header>
      <div className="stack">
        {budgets.value?.counts === "apart" && <Notice tone="warn">{t("budgets:apart")}</Notice>}
        {isUnused ? (
          <section className="panel" aria-label={t("budgets:title")}>
            <Empty title={t("budgets:emptyTitle")}>
              <p>{t("budgets:emptyText")}</p>
              {mayWrite && <Button onClick={() => add("rate_limits")}>{t("budgets:rate_limits.add")}</Button>}
            </Empty>
          </section>
        ) : (
          <>
            <BudgetAsks query={asks} />
            <section className="panel" aria-labelledby="budget-list">
              <div className="panel-head">
                <h2 id="budget-list">{t("budgets:list")}</h2>
              </div>
              <QueryState query={query} rows={4}>
                {() => <BudgetList counted={budgets} rules={rules} deeds={deeds("budgets")} />}
              </QueryState>
            </section>
            <RateLimits rates={rates} deeds={deeds("rate_limits")} onAdd={() => add("rate_limits")} />
          </>
        )}
        <p className="soft small">
          {t("budgets:where", { file: query.value?.file ?? t("budgets:database") })}{" "}
          <Link href="/routing?view=yaml">{t("budgets:toYaml")}</Link>
        </p>
      </div>
      <LimitSheet edited={edited} configuration={configuration} onClose={() => setEdited(null)} />
    </div>
  );
}

/** Only who may change the configuration; others read. */
function useMayWrite(): boolean {
  const session = useSessionState();
  return session.phase === "signed-in" && session.user.role === "root_admin";
}

function deedsOf(list: LimitList, configuration: Configuration, edit: (edited: EditedLimit) => void): RuleDeeds {
  const { value, basis, change } = configuration;
  return {
    onEdit: (place) => edit({ list, place }),
    onRemove: (place) => {
      const entry = value.limits[list][place];
      if (entry === undefined) return;
      void change.run(removeLimit(value, list, place, { entry, basis }));
    },
  };
}
