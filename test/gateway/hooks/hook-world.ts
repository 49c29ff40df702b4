/** Hooks on a database, with everything real but the clock's patience. */
import { createAttempt } from "../../../src-gateway/hooks/attempt.ts";
import { createEvent } from "../../../src-gateway/hooks/create-event.ts";
import { createDeliverer } from "../../../src-gateway/hooks/deliverer.ts";
import { createDeliveryRows } from "../../../src-gateway/hooks/delivery-rows.ts";
import type { EventType } from "../../../src-gateway/hooks/event-catalogue.ts";
import { createHookStops } from "../../../src-gateway/hooks/hook-stops.ts";
import { createOutbox } from "../../../src-gateway/hooks/outbox.ts";
import type { GatewayEvent } from "../../../src-gateway/hooks/types.ts";
import { systemClock } from "../../../src-gateway/lib/clock.ts";
import { type Logger, silentLogger } from "../../../src-gateway/lib/logger.ts";
import type { Schedule } from "../../../src-gateway/limits/types.ts";
import type { HookConfig } from "../../../src-gateway/settings/hook-types.ts";
import { startInstance } from "../../../src-gateway/store/instances.ts";
import type { Store } from "../../../src-gateway/store/open-store.ts";

export const HOOK_SECRET = "whsec_c2VjcmV0LW9mLXRoaXMtdGVzdC1vbmx5LTAwMQ==";

export const hookTo = (url: string, more: Partial<HookConfig> = {}): HookConfig => ({
  name: "ops",
  events: ["*"],
  target: { kind: "webhook", url, secrets: [{ source: "env", name: "S" }], format: "json", allowPrivate: true },
  timeoutMs: 5_000,
  retryForMs: 86_400_000,
  where: "test",
  ...more,
});

export const userEvent = (userId: number, type: EventType = "gateway.user.provisioned"): GatewayEvent =>
  createEvent(
    type as "gateway.user.provisioned",
    { email: `${userId}@x.example`, role: "gateway_user", display_name: "", status: "active" },
    { userId },
  );

const schedule: Schedule = (callback, delayMs) => {
  const timer = setTimeout(callback, delayMs);
  return () => clearTimeout(timer);
};
const explain = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** One gateway's hooks. */
export async function openHookWorld(store: Store, hooks: readonly HookConfig[], log: Logger = silentLogger) {
  const run = await startInstance(store, systemClock, silentLogger);
  const rows = createDeliveryRows(store);
  const stops = createHookStops(store);
  const attempt = createAttempt({
    env: { PATH: process.env["PATH"] },
    cwd: process.cwd(),
    resolveSecret: async () => HOOK_SECRET,
    redact: (text) => text,
    clock: systemClock,
    version: "test",
  });
  const live = () => hooks;
  const deliverer = createDeliverer({
    rows,
    stops,
    hooks: live,
    attempt,
    runId: run.id,
    clock: systemClock,
    schedule,
    random: Math.random,
    log,
    explain,
    backoff: { baseMs: 4, longestMs: 20, shortestMs: 1 },
    pollMs: 20,
  });
  const outbox = createOutbox({
    rows,
    hooks: live,
    clock: systemClock,
    schedule,
    log,
    explain,
    onWritten: () => deliverer.wake(),
  });
  return {
    rows,
    stops,
    outbox,
    deliverer,
    run,
    async stop() {
      await outbox.stop();
      await deliverer.stop(2_000);
      await run.stop();
    },
  };
}
