import { GatewayError } from "../../ir/errors.ts";
import type { Handlers } from "./types.ts";

export const budgetHandlers: Pick<Handlers, "listBudgets" | "listBudgetAsks" | "answerBudgetAsk"> = {
  async listBudgets({ deps }) {
    const budgets = deps.budgets();
    return budgets === null
      ? { counts: null, budgets: [] }
      : { counts: budgets.mode(), budgets: await budgets.status() };
  },
  listBudgetAsks: async ({ deps }) => (await deps.budgets()?.asks.list()) ?? [],
  async answerBudgetAsk({ deps, caller, params, body, record }) {
    const id = params["id"] ?? "";
    const approved = body.approve;
    if (!(await deps.budgets()?.asks.answer(id, approved))) {
      throw new GatewayError("not_found", `No request ${id.slice(0, 50)} waits for an answer (any more).`);
    }
    deps.log.info({ kind: "budget-ask", requestId: id, approved, by: caller?.userId }, "a request was answered");
    await record({
      action: approved ? "budget_ask.approve" : "budget_ask.refuse",
      target: { kind: "budget_ask", id, name: null },
      before: null,
      after: { approved },
    });
    return { id, approved };
  },
};
