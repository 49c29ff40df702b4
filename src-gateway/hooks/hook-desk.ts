import type { User, Users } from "../auth/types.ts";
import { GatewayError } from "../ir/errors.ts";
import type { Clock } from "../lib/clock.ts";
import { fits } from "../lib/patterns.ts";
import type { HookConfig } from "../settings/hook-types.ts";
import { createEvent } from "./create-event.ts";
import type { DeliveryRows } from "./delivery-rows.ts";
import type { EventType } from "./event-catalogue.ts";
import type { HookCounts } from "./hook-counts.ts";
import type { HookStops } from "./hook-stops.ts";
import { userMetadata } from "./lifecycle.ts";
import type { Outbox } from "./outbox.ts";
import type { Attempt, GatewayEvent, HookDesk, HookStatus } from "./types.ts";

export interface HookDeskOptions {
  rows: DeliveryRows;
  counts: HookCounts;
  stops: HookStops;
  outbox: Outbox;
  /** All that are configured, also those that are off. */
  hooks: () => readonly HookConfig[];
  /** The operator wants none. */
  isOff: boolean;
  attempt: Attempt;
  users: Pick<Users, "list">;
  clock: Clock;
  /** There may be something to deliver. */
  wake: () => void;
}

/** So many users at a time are written. */
const RESYNC_BATCH = 500;
const PROVISIONED: EventType = "gateway.user.provisioned";
const UPDATED: EventType = "gateway.user.updated";

export function createHookDesk(options: HookDeskOptions): HookDesk {
  const { rows, counts, stops, hooks, isOff, attempt, clock, wake } = options;
  const find = (name: string): HookConfig => {
    const hook = hooks().find((each) => each.name === name);
    if (hook !== undefined) return hook;
    const known = hooks().map((each) => each.name);
    const hint = known.length === 0 ? "None is configured." : `There are: ${known.join(", ")}.`;
    throw new GatewayError("not_found", `There is no hook of this name. ${hint}`);
  };
  return {
    async list() {
      const [stopped, found] = await Promise.all([stops.read(hooks()), counts.read()]);
      return hooks().map((hook): HookStatus => {
        const stop = stopped.get(hook.name);
        const { waiting = 0, dead = 0, lastDeliveredAtUs = null, lastProblem = null } = found.get(hook.name) ?? {};
        return {
          name: hook.name,
          kind: hook.target.kind,
          target: targetOf(hook),
          events: hook.events,
          state: isOff ? "off" : stop === undefined ? "on" : "stopped",
          why: isOff ? "hooks_enabled is false" : (stop?.why ?? null),
          waiting,
          dead,
          lastDeliveredAtUs,
          lastProblem,
        };
      });
    },
    deliveries: (filter) => rows.list(filter),
    async replay(id) {
      const found = await rows.find(id);
      if (found === null) throw new GatewayError("not_found", `There is no delivery ${id} (any more).`);
      find(found.hook);
      if ((await rows.replay({ id }, clock.nowUs())) === 0)
        throw new GatewayError("conflict", `Delivery ${id} still waits to be made.`);
      wake();
      return (await rows.find(id)) ?? found;
    },
    async replayDead(hook) {
      if (hook !== undefined) find(hook);
      const replayed = await rows.replay({ dead: true, ...(hook === undefined ? {} : { hook }) }, clock.nowUs());
      wake();
      return replayed;
    },
    async test(name) {
      const hook = find(name);
      const event = createEvent("gateway.hook.test", { hook: name });
      const body = JSON.stringify(event);
      const outcome = await attempt(hook, { id: event.id, type: event.type, body }, new AbortController().signal);
      if (outcome.isDelivered) {
        await stops.goOn(hook);
        wake();
      }
      return outcome;
    },
    resync: (hook) => resync(options, hook === undefined ? null : find(hook)),
  };
}

async function resync({ hooks, isOff, outbox, users }: HookDeskOptions, only: HookConfig | null): Promise<number> {
  const told = only === null ? hooks() : [only];
  const wanted = [PROVISIONED, UPDATED].some((type) =>
    told.some(({ events }) => events.some((each) => fits(each, type))),
  );
  if (isOff || !wanted) throw new GatewayError("conflict", "No hook wants to be told of users.");
  const all = await users.list();
  for (let from = 0; from < all.length; from += RESYNC_BATCH) {
    for (const user of all.slice(from, from + RESYNC_BATCH)) outbox.put(eventOf(user), only?.name);
    await outbox.flush();
    if (outbox.pending() > RESYNC_BATCH)
      throw new GatewayError("internal_error", "The database does not take the events now. Try it once more.");
  }
  return all.length;
}

function eventOf(user: User): GatewayEvent {
  const metadata = { ...userMetadata({ ...user }), resync: true };
  return createEvent(user.status === "active" ? PROVISIONED : UPDATED, metadata, { userId: user.id });
}

/** The path of a webhook's address can be a secret. */
function targetOf({ target }: HookConfig): string {
  if (target.kind === "script") return target.path;
  if (typeof target.url === "string") return new URL(target.url).origin;
  return `${target.url.source}:${target.url.source === "file" ? target.url.path : target.url.name}`;
}
