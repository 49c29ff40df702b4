/** Agents that run in circles, and what lets them go on. */
import { z } from "zod";
import { endpoint } from "./endpoint.ts";

export const runawaySchema = z.object({
  /** Names the circle; the same on every gateway. */
  id: z.string(),
  kind: z.enum(["repeated-calls", "no-progress", "token-velocity"]),
  level: z.enum(["warn", "throttle", "pause"]),
  /** Repetitions, or rounds of six turns without progress, or tokens within a minute. */
  count: z.number(),
  /** Turns in the circle. */
  period: z.number(),
  userId: z.number().nullable(),
  agent: z.string().nullable(),
  session: z.string().nullable(),
  project: z.string().nullable(),
  model: z.string(),
  firstUs: z.number(),
  lastUs: z.number(),
  /** Those that were warned, throttled or paused. */
  requests: z.number(),
});
export type RunawayView = z.infer<typeof runawaySchema>;

export const RUNAWAY_ENDPOINTS = {
  listRunaways: endpoint(
    "GET",
    "/runaways",
    "runaways:read",
    "Agents that run in circles at this gateway, the latest first",
    {
      reply: z.array(runawaySchema),
    },
  ),
  resumeRunaway: endpoint("POST", "/runaways/{id}/resume", "runaways:run", "Let an agent that was paused go on", {
    reply: runawaySchema,
  }),
};
