import { Button } from "@mantine/core";
import { useState } from "react";
import { Link } from "wouter";
import type { BudgetAskView } from "../../../src-gateway/admin-api/contract/budget-endpoints.ts";
import { useAction } from "../../api/use-action.ts";
import type { Query } from "../../api/use-query.ts";
import { HealthDot } from "../../components/health-dot.tsx";
import { Notice } from "../../components/notice.tsx";
import { QueryState } from "../../components/query-state.tsx";
import { showToast } from "../../components/toasts.tsx";
import { formatMoment } from "../../format/times.ts";
import { useDay } from "../../format/use-day.ts";
import { t } from "../../i18n/t.ts";
import { formatAmount, ownerOf } from "./budget-facts.ts";

/** Requests that wait for somebody's word. One that was answered is gone at once, and back if that failed. */
export function BudgetAsks({ query }: { query: Query<BudgetAskView[]> }) {
  const [answered, setAnswered] = useState<ReadonlySet<string>>(new Set());
  const answer = useAction(
    (client, { id, approve }: { id: string; approve: boolean }) =>
      client.call("answerBudgetAsk", { params: { id }, body: { approve } }),
    {
      optimistic: ({ id }) => {
        setAnswered((old) => new Set([...old, id]));
        return () => setAnswered((old) => new Set([...old].filter((each) => each !== id)));
      },
    },
  );
  const run = async (id: string, approve: boolean): Promise<void> => {
    if (await answer.run({ id, approve }))
      showToast({ text: t(approve ? "budgets:granted" : "budgets:refused"), tone: "good" });
    query.reload();
  };
  return (
    <section className="panel" aria-labelledby="budget-asks">
      <div className="panel-head">
        <h2 id="budget-asks">{t("budgets:asks")}</h2>
      </div>
      {answer.problem !== null && <Notice tone="bad">{answer.problem}</Notice>}
      <QueryState query={query} rows={2}>
        {(asks) => {
          const open = asks.filter(({ id }) => !answered.has(id));
          if (open.length === 0) return <p className="panel-body soft">{t("budgets:noAsks")}</p>;
          return (
            <ul className="ask-list">
              {open.map((ask) => (
                <li key={ask.id}>
                  <Ask ask={ask} onAnswer={(approve) => void run(ask.id, approve)} />
                </li>
              ))}
            </ul>
          );
        }}
      </QueryState>
    </section>
  );
}

function Ask({ ask, onAnswer }: { ask: BudgetAskView; onAnswer: (approve: boolean) => void }) {
  const dayMs = useDay();
  const { met, about } = ask;
  const who = about["agent"] ?? about["user"] ?? about["key"] ?? ask.id;
  return (
    <div className="ask">
      <HealthDot tone="busy" />
      <div>
        <p>
          <strong>{t("budgets:wants", { who, model: about["model"] ?? "" })}</strong>{" "}
          <Link href={`/requests/${ask.id}`} className="small">
            {t("budgets:request")}
          </Link>
        </p>
        <p className="small soft">
          {t("budgets:met", {
            budget: met.budget,
            owner: ownerOf(met),
            spent: formatAmount(met.unit, met.spent),
            limit: formatAmount(met.unit, met.limit),
          })}{" "}
          {t("budgets:until", { moment: formatMoment(ask.expiresAtUs, dayMs) })}
        </p>
        <ul className="ask-about small soft">
          {Object.entries(about).map(([name, value]) => (
            <li key={name} className="tag">
              {value}
            </li>
          ))}
        </ul>
      </div>
      <div className="panel-actions">
        <Button onClick={() => onAnswer(false)}>{t("budgets:refuse")}</Button>
        <Button variant="filled" onClick={() => onAnswer(true)}>
          {t("budgets:grant")}
        </Button>
      </div>
    </div>
  );
}
