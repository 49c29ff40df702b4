/** What the configuration says of budgets and rate limits; anything else in it is passed over. */
import { z } from "zod";

const threshold = z.object({ percent: z.number(), do: z.string(), to: z.string().optional() });
const budgetRule = z.object({
  id: z.string(),
  window: z.string().optional(),
  at: z.array(threshold).optional(),
});
const rateRule = z.object({
  id: z.string().optional(),
  per: z.string(),
  only: z.array(z.string()).optional(),
  requests_per_minute: z.number().optional(),
  tokens_per_minute: z.number().optional(),
  concurrent: z.number().optional(),
});
export type BudgetRule = z.infer<typeof budgetRule>;
export type RateRule = z.infer<typeof rateRule>;

export interface BudgetRules {
  budgets: BudgetRule[];
  rates: RateRule[];
}

/** @param value of the configuration's document. */
export function readBudgetRules(value: unknown): BudgetRules {
  const list = z.object({ budgets: z.array(z.unknown()).default([]), rate_limits: z.array(z.unknown()).default([]) });
  const read = list.safeParse(value ?? {});
  if (!read.success) return { budgets: [], rates: [] };
  return { budgets: fitting(budgetRule, read.data.budgets), rates: fitting(rateRule, read.data.rate_limits) };
}

const fitting = <Rule>(schema: z.ZodType<Rule>, values: unknown[]): Rule[] =>
  values.flatMap((each) => {
    const read = schema.safeParse(each);
    return read.success ? [read.data] : [];
  });
