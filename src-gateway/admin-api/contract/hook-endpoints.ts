/** Hooks: who is told of events, what they were told, and what did not arrive. */
import { z } from "zod";
import { endpoint } from "./endpoint.ts";
import { pageOf, pageQuery } from "./page.ts";

export const hookSchema = z.object({
  name: z.string(),
  kind: z.enum(["script", "webhook"]),
  /** The script, or where the webhook goes, without what can be a secret. */
  target: z.string(),
  /** Patterns of event types. */
  events: z.array(z.string()),
  /** `stopped`: the receiver answered that it is gone; a test that works lets it go on. */
  state: z.enum(["on", "off", "stopped"]),
  why: z.string().nullable(),
  waiting: z.number(),
  dead: z.number(),
  lastDeliveredAtUs: z.number().nullable(),
  lastProblem: z.string().nullable(),
});
export type HookView = z.infer<typeof hookSchema>;

export const deliverySchema = z.object({
  id: z.number(),
  eventId: z.string(),
  eventType: z.string(),
  hook: z.string(),
  state: z.enum(["waiting", "delivered", "dead"]),
  attempts: z.number(),
  createdAtUs: z.number(),
  nextAtUs: z.number().nullable(),
  lastAtUs: z.number().nullable(),
  /** HTTP status or exit code. */
  lastCode: z.number().nullable(),
  lastMs: z.number().nullable(),
  lastProblem: z.string().nullable(),
  /** The beginning of what the receiver said. */
  lastOutput: z.string().nullable(),
  /** JSON of the event, as it is sent. */
  body: z.string(),
});
export type DeliveryView = z.infer<typeof deliverySchema>;

const query = {
  ...pageQuery,
  hook: z.string().max(64).optional(),
  /** A pattern, such as `gateway.user.*`. */
  type: z.string().max(100).optional(),
};
const page = pageOf(deliverySchema);

export const HOOK_ENDPOINTS = {
  listHooks: endpoint("GET", "/hooks", "hooks:read", "The configured hooks, and how they are", {
    reply: z.array(hookSchema),
  }),
  listHookDeliveries: endpoint("GET", "/hooks/deliveries", "hooks:read", "What hooks were told, newest first", {
    query: z.strictObject({ ...query, state: z.enum(["waiting", "delivered", "dead"]).optional() }),
    reply: page,
  }),
  listHookDeadLetters: endpoint("GET", "/hooks/dead-letters", "hooks:read", "What hooks could not be told", {
    query: z.strictObject(query),
    reply: page,
  }),
  replayHookDelivery: endpoint("POST", "/hooks/deliveries/{id}/replay", "hooks:run", "Make a delivery once more", {
    reply: deliverySchema,
  }),
  replayHookDeadLetters: endpoint(
    "POST",
    "/hooks/dead-letters/replay",
    "hooks:run",
    "Try all that could not be delivered once more",
    {
      body: z.strictObject({ hook: z.string().max(64).optional() }),
      reply: z.object({ replayed: z.number() }),
    },
  ),
  testHook: endpoint("POST", "/hooks/{name}/test", "hooks:run", "Send a hook an event of its own, now", {
    reply: z.object({
      hook: z.string(),
      isDelivered: z.boolean(),
      code: z.number().nullable(),
      ms: z.number(),
      problem: z.string().nullable(),
      output: z.string(),
    }),
  }),
  resyncHooks: endpoint("POST", "/hooks/resync", "hooks:run", "Tell hooks of every user once more", {
    body: z.strictObject({ hook: z.string().max(64).optional() }),
    reply: z.object({ users: z.number() }),
  }),
};
