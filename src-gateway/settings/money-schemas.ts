/** The forms of `prices:`, `budgets:` and `rate_limits:`. */
import { z } from "zod";
import { BUDGET_SCOPES, BUDGET_UNITS, QUOTA_KINDS, RATE_SCOPES, THRESHOLD_ACTIONS } from "./budget-types.ts";
import { days, times } from "./route-schemas.ts";

const patterns = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]);
const decimal = z.union([z.number().min(0), z.string().regex(/^\$?\d/)]);
const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);
const id = z.string().regex(/^[\w.-]{1,64}$/);
const amount = z.number().min(0);
const perMillion = decimal.optional().describe("USD for a million tokens.");
const each = decimal.optional().describe("USD for one.");

const unitPrices = {
  input: perMillion,
  cache_read: perMillion,
  cache_write_5m: perMillion,
  cache_write_1h: perMillion,
  audio_input: perMillion,
  audio_cache_read: perMillion,
  image_input: perMillion,
  output: perMillion,
  reasoning: perMillion,
  audio_output: perMillion,
  image_output: perMillion,
  request: each,
  image: each,
  web_search: each,
  file_search: each,
  audio_minute: each,
  page: each,
};

export const priceSchema = z.strictObject({
  provider: patterns.optional(),
  model: patterns.optional(),
  from: day.optional().describe("The first day, UTC."),
  to: day.optional().describe("Up to, not on, that day."),
  ...unitPrices,
  tiers: z
    .array(z.strictObject({ above: z.number().int().min(1).max(1_000_000_000), ...unitPrices }))
    .optional()
    .describe("Prices of requests with more input tokens."),
  factors: z.record(z.string(), decimal).optional().describe("By batch, always, or a service tier."),
  billing: z.enum(["metered", "free", "subscription"]).optional(),
  note: z.string().max(200).optional(),
});

const schedule = <Shape extends z.ZodRawShape>(more: Shape) =>
  z.array(z.strictObject({ time: times.optional(), days: days.optional(), ...more })).optional();

const threshold = z.strictObject({
  percent: z.number().min(0).max(1_000),
  do: z.enum(THRESHOLD_ACTIONS),
  to: z.string().optional().describe("The model that is asked for instead, of downgrade."),
  wait: z.string().optional().describe("For somebody's word, of ask, such as 10m."),
});

export const budgetSchema = z.strictObject({
  id,
  per: z.enum(BUDGET_SCOPES),
  only: patterns.optional(),
  kind: z.enum(QUOTA_KINDS).optional(),
  unit: z.enum(BUDGET_UNITS).optional(),
  limit: amount,
  window: z.string().optional().describe("day, week, month, total, or a span that rolls, such as 5h."),
  time_zone: z.string().optional(),
  from: z.string().optional().describe("A day, of window: total."),
  of: z.string().optional().describe("The budget that a reserved or burstable one is part of."),
  burst: amount.optional(),
  at: z.array(threshold).optional(),
  schedule: schedule({ limit: amount }),
  unpriced: z.enum(["allow", "block"]).optional(),
});

const maxima = {
  requests_per_minute: z.number().int().min(0).optional(),
  tokens_per_minute: z.number().int().min(0).optional(),
  concurrent: z.number().int().min(0).optional(),
};

export const rateLimitSchema = z.strictObject({
  id: id.optional(),
  per: z.enum(RATE_SCOPES),
  only: patterns.optional(),
  ...maxima,
  time_zone: z.string().optional(),
  schedule: schedule(maxima),
});
