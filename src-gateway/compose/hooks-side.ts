/** Hooks in a running gateway, and over the database alone: where events come from, and who delivers them. */
import { createAttempt } from "../hooks/attempt.ts";
import { createDeliverer, type Deliverer } from "../hooks/deliverer.ts";
import { createDeliveryRows } from "../hooks/delivery-rows.ts";
import { createHookCounts } from "../hooks/hook-counts.ts";
import { createHookDesk } from "../hooks/hook-desk.ts";
import { createHookStops } from "../hooks/hook-stops.ts";
import { lifecycleEvents } from "../hooks/lifecycle.ts";
import { createOutbox } from "../hooks/outbox.ts";
import type { HookDesk } from "../hooks/types.ts";
import type { Schedule } from "../limits/types.ts";
import type { HookConfig } from "../settings/hook-types.ts";
import { type EventSources, watchSources } from "./event-sources.ts";
import type { Parts } from "./parts.ts";

export interface HooksSide {
  desk: HookDesk;
  /** Begins to deliver. */
  start(): void;
  /** The gateway begins to stop. */
  stopping(): void;
  /** What was emitted is written, and what is due is tried for a moment; the rest waits for the next start. */
  stop(): Promise<void>;
}

const OWN_PROCESS = { version: __VERSION__, pid: process.pid };
const STOP_PATIENCE_MS = 3_000;

/** @param sources of a gateway that runs; null over the database alone, where events are only written. */
export function openHooks(parts: Parts, env: NodeJS.ProcessEnv, sources: EventSources | null): HooksSide {
  const { settings, config, clock, log, secrets, redactor, ledgerStore, events, audit, users } = parts;
  const { isOff, script } = settings.hooks;
  const configured = (): readonly HookConfig[] => {
    const ofFile = config.live().config.hooks ?? [];
    return script === null ? ofFile : [script, ...ofFile];
  };
  const live = (): readonly HookConfig[] => (isOff ? [] : configured());
  for (const value of Object.values(script?.target.kind === "script" ? script.target.setEnv : {})) redactor.add(value);

  const explain = (error: unknown): string =>
    redactor.redact(error instanceof Error ? error.message : String(error)).slice(0, 300);
  const rows = createDeliveryRows(ledgerStore);
  const stops = createHookStops(ledgerStore);
  const attempt = createAttempt({
    env,
    cwd: settings.dataDir,
    resolveSecret: (ref) => secrets.resolve(ref),
    redact: (text) => redactor.redact(text),
    clock,
    version: __VERSION__,
  });
  let deliverer: Deliverer | null = null;
  const wake = (): void => deliverer?.wake();
  const outbox = createOutbox({ rows, hooks: live, clock, schedule, log, explain, onWritten: wake });
  if (sources !== null) {
    const { runId } = sources;
    const random = Math.random;
    deliverer = createDeliverer({ rows, stops, hooks: live, attempt, runId, clock, schedule, random, log, explain });
  }
  const counts = createHookCounts(ledgerStore);
  const desk = createHookDesk({ rows, counts, stops, outbox, hooks: configured, isOff, attempt, users, clock, wake });
  const endings = [
    events.watch((event) => outbox.put(event)),
    audit.watch((act) => {
      if (live().length > 0) for (const event of lifecycleEvents(act)) events.emit(event);
    }),
    ...(sources === null ? [] : [watchSources(parts, sources, () => live().length > 0)]),
  ];
  let isStarted = false;
  config.onChange(wake);
  return {
    desk,
    start() {
      deliverer?.start();
      isStarted = true;
      events.tell("gateway.started", OWN_PROCESS);
    },
    stopping() {
      if (isStarted) events.tell("gateway.stopping", OWN_PROCESS);
      isStarted = false;
    },
    async stop() {
      for (const end of endings) end();
      await outbox.stop();
      await deliverer?.stop(STOP_PATIENCE_MS);
    },
  };
}

const schedule: Schedule = (callback, delayMs) => {
  const timer = setTimeout(callback, delayMs).unref();
  return () => clearTimeout(timer);
};
