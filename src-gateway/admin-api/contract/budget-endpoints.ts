/** How budgets stand, and the requests that wait for somebody's word. */
import { z } from "zod";
import { endpoint } from "./endpoint.ts";

const scope = z.enum(["key", "user", "team", "agent", "project", "provider", "global"]);
const unit = z.enum(["usd", "tokens", "requests"]);

/** `memory`: this gateway's own; `shared`: in Redis; `apart`: Redis is not there, and each gateway keeps to its share. */
export const countsModeSchema = z.enum(["memory", "shared", "apart"]);

export const budgetSchema = z.object({
  budget: z.string(),
  scope,
  /** Whose count it is; empty for `global`. */
  value: z.string(),
  kind: z.enum(["hard", "soft", "reserved", "burstable", "pool"]),
  unit,
  /** Like `spent` and `held`: nano-USD, tokens or requests. */
  limit: z.number(),
  spent: z.number(),
  /** Reserved by requests that run. */
  held: z.number(),
  startsAtUs: z.number(),
  resetsAtUs: z.number().nullable(),
  /** At the pace of late; null when the limit is not reached before the reset. */
  usedUpAtUs: z.number().nullable(),
});
export type BudgetView = z.infer<typeof budgetSchema>;

export const budgetAskSchema = z.object({
  /** The id of the request. */
  id: z.string(),
  met: z.object({
    budget: z.string(),
    scope,
    value: z.string(),
    unit,
    limit: z.number(),
    spent: z.number(),
    held: z.number(),
    percent: z.number(),
    action: z.enum(["notify", "warn", "downgrade", "ask", "block"]),
    resetsAtUs: z.number().nullable(),
  }),
  askedAtUs: z.number(),
  expiresAtUs: z.number(),
  /** Who asks for what: user, key, agent, project, session, model. */
  about: z.record(z.string(), z.string()),
});
export type BudgetAskView = z.infer<typeof budgetAskSchema>;

export const BUDGET_ENDPOINTS = {
  listBudgets: endpoint("GET", "/budgets", "budgets:read", "How budgets stand, and when they will be used up", {
    reply: z.object({
      /** Null while nothing is limited. */
      counts: countsModeSchema.nullable(),
      budgets: z.array(budgetSchema),
    }),
  }),
  listBudgetAsks: endpoint(
    "GET",
    "/budgets/asks",
    "budgets:read",
    "Requests that wait for somebody's word, the oldest first",
    {
      reply: z.array(budgetAskSchema),
    },
  ),
  answerBudgetAsk: endpoint(
    "POST",
    "/budgets/asks/{id}",
    "budgets:write",
    "Let a request that waits go on, or refuse it",
    {
      body: z.strictObject({ approve: z.boolean() }),
      reply: z.object({ id: z.string(), approved: z.boolean() }),
    },
  ),
};
