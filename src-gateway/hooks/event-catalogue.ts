/**
 * Every event that hooks can be told, with what its metadata may hold. What is not described here does not leave the
 * gateway: prompts, answers and secrets have no place in it.
 */
import { z } from "zod";

const count = z.number().int().nonnegative();
/** Cut, rather than keeping the whole event from being told. */
const upTo = (characters: number) => z.string().overwrite((text) => text.slice(0, characters));
const name = upTo(300);
const maybe = name.nullable();

const user = {
  email: name,
  role: name,
  display_name: name,
  status: name,
  /** Told once more, by `gateway hooks resync`. */
  resync: z.boolean().optional(),
};
const apiKey = {
  key_id: name,
  name,
  /** The first characters, enough to recognise it. */
  prefix: name,
  scopes: z.array(name),
  expires_at: maybe,
  /** Of the user it belongs to; null where that is not known any more. */
  email: maybe,
};
const budget = {
  budget: name,
  scope: name,
  /** Whose budget it is; empty for everybody's. */
  value: name,
  unit: z.enum(["usd", "tokens", "requests"]),
  /** Dollars, tokens or requests. */
  limit: z.number(),
  spent: z.number(),
  percent: z.number(),
  action: name,
  resets_at: maybe,
};
const target = { provider: name, model: maybe };

export const EVENT_CATALOGUE = {
  "gateway.user.provisioned": z.object(user),
  "gateway.user.updated": z.object({ ...user, changed: z.array(name).optional() }),
  "gateway.user.deleted": z.object(user),
  "gateway.api_key.issued": z.object(apiKey),
  "gateway.api_key.revoked": z.object(apiKey),
  "gateway.request.failed": z.object({
    provider: maybe,
    model: maybe,
    error_code: name,
    status: count.nullable(),
    /** Failures alike since the last event about them. */
    count,
    since: name,
    /** One of them, for `gateway logs show`. */
    request_id: name,
  }),
  "gateway.error_rate.high": z.object({
    provider: maybe,
    percent: z.number(),
    threshold_percent: z.number(),
    requests: count,
    failed: count,
    window_seconds: count,
  }),
  "gateway.budget.threshold": z.object(budget),
  "gateway.budget.exhausted": z.object(budget),
  "gateway.limit.reached": z.object({
    /** `rate_limited`, `overloaded` or `quota_exceeded`. */
    error_code: name,
    api_key_id: maybe,
    count,
    since: name,
    request_id: name,
  }),
  "gateway.failover": z.object({
    from_provider: name,
    from_model: name,
    to_provider: name,
    to_model: name,
    error_code: name,
    status: count.nullable(),
    count,
    since: name,
    request_id: name,
  }),
  "gateway.provider.down": z.object({ ...target, key: maybe, why: name }),
  "gateway.provider.recovered": z.object({ ...target, key: maybe, from: z.enum(["down", "degraded"]) }),
  "gateway.runaway.detected": z.object({
    level: name,
    kind: name,
    repeats: count,
    agent: maybe,
    session: maybe,
    project: maybe,
    model: maybe,
    request_id: name,
  }),
  "gateway.config.changed": z.object({ version: count, providers: z.array(name) }),
  "gateway.ledger.lag": z.object({ lag_seconds: z.number(), waiting_records: count }),
  "gateway.started": z.object({ version: name, pid: count }),
  "gateway.stopping": z.object({ version: name, pid: count }),
  "gateway.credit.low": z.object({
    provider: name,
    /** Dollars. */
    balance_usd: z.number(),
    threshold_usd: z.number(),
  }),
  "gateway.update.available": z.object({
    current_version: name,
    latest_version: name,
    is_security: z.boolean(),
    url: upTo(2_000).nullable(),
    message: upTo(2_000).nullable(),
  }),
  "gateway.hook.test": z.object({ hook: name }),
} as const;

export type EventType = keyof typeof EVENT_CATALOGUE;
export type MetadataOf<Type extends EventType> = z.input<(typeof EVENT_CATALOGUE)[Type]>;

export const isEventType = (type: string): type is EventType => Object.hasOwn(EVENT_CATALOGUE, type);
