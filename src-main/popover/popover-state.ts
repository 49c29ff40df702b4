/** The popover: all that it shows comes ready-made from the app, so that a click on the icon asks nothing of anybody. */
import { z } from "zod";
import type { LiveFacts } from "../gateway/watch-gateway.ts";
import { deriveTrayState } from "../tray/derive-tray-state.ts";
import { TRAY_STATES, type TraySnapshot } from "../tray/types.ts";

const count = z.number();

/** Facts, not words: the page says them in the language of the console. */
export const popoverStateSchema = z.object({
  state: z.enum(TRAY_STATES),
  /** Where clients go; null while the gateway does not listen. */
  url: z.string().nullable(),
  startProblem: z.string().nullable(),
  paused: z.boolean(),
  openExchanges: count,
  lockedKeys: z.array(z.string()),
  failover: z.object({ from: z.string(), to: z.string() }).nullable(),
  today: z.object({ costNano: count, tokens: count, unpriced: count }),
  /** Null until it was read; the rest of today. */
  glance: z
    .object({
      requests: count,
      failures: count,
      hoursNano: z.array(count),
      agents: z.array(z.object({ name: z.string().nullable(), requests: count, costNano: count })),
    })
    .nullable(),
  providers: z.array(z.object({ id: z.string(), isDown: z.boolean(), requests: count, failures: count })),
  providerInUse: z.string().nullable(),
  budget: z
    .object({
      name: z.string(),
      percent: count,
      isStopped: z.boolean(),
      amounts: z.object({ spent: count, limit: count, unit: z.enum(["usd", "tokens", "requests"]) }).optional(),
    })
    .nullable(),
  update: z.object({ version: z.string(), isStaged: z.boolean() }).nullable(),
});
export type PopoverState = z.infer<typeof popoverStateSchema>;

export function popoverState(snapshot: TraySnapshot, glance: LiveFacts["glance"]): PopoverState {
  const { providers, ...rest } = snapshot;
  const of = glance?.providers ?? {};
  return popoverStateSchema.parse({
    ...rest,
    state: deriveTrayState(snapshot).icon,
    glance,
    providers: providers.map(({ id, isDown }) => ({ id, isDown, requests: 0, failures: 0, ...of[id] })),
  });
}
