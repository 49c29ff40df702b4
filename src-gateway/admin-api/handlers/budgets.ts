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
  async answerBudgetAsk({ deps, caller, params, body }) {
    const id = params["id"] ?? "";
    const approved = body.approve;
    if (!(await deps.budgets()?.asks.answer(id, approved))) {
      throw new GatewayError("not_found", `No request ${id.slice(0, 50)} waits for an answer (any more).`);
    }
    deps.log.info({ kind: "budget-ask", requestId: id, approved, by: caller?.userId }, "a request was answered");
    return { id, approved };
  },
};
