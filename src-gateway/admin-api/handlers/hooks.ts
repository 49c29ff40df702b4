import type { Delivery } from "../../hooks/types.ts";
import { GatewayError } from "../../ir/errors.ts";
import type { QueryOf } from "../contract/endpoints.ts";
import type { HOOK_ENDPOINTS } from "../contract/hook-endpoints.ts";
import type { Page } from "../contract/page.ts";
import type { AdminDeps } from "../deps.ts";
import { positionIn, toPage } from "../paging.ts";
import type { Handlers } from "./types.ts";

export const hookHandlers: Pick<Handlers, keyof typeof HOOK_ENDPOINTS> = {
  listHooks: ({ deps }) => deps.hooks.list(),
  listHookDeliveries: ({ deps, query }) => deliveries("hook-deliveries", deps, query),
  listHookDeadLetters: ({ deps, query }) => deliveries("hook-dead-letters", deps, { ...query, state: "dead" }),
  async replayHookDelivery({ deps, params, record }) {
    const id = Number(params["id"]);
    if (!Number.isSafeInteger(id)) throw new GatewayError("not_found", "There is no such delivery.");
    const delivery = await deps.hooks.replay(id);
    const { hook, eventType, eventId } = delivery;
    const target = { kind: "hook_delivery", id: String(id), name: hook };
    await record({ action: "hook.replay", target, before: null, after: { hook, eventType, eventId } });
    return delivery;
  },
  async replayHookDeadLetters({ deps, body, record }) {
    const replayed = await deps.hooks.replayDead(body.hook);
    const target = { kind: "hook", id: body.hook ?? null, name: body.hook ?? null };
    await record({ action: "hook.replay_dead", target, before: null, after: { replayed } });
    return { replayed };
  },
  async testHook({ deps, params, record }) {
    const name = params["name"] ?? "";
    const { isDelivered, code, ms, problem, output } = await deps.hooks.test(name);
    const target = { kind: "hook", id: name, name };
    await record({ action: "hook.test", target, before: null, after: { isDelivered, code, problem } });
    return { hook: name, isDelivered, code, ms, problem, output };
  },
  async resyncHooks({ deps, body, record }) {
    const users = await deps.hooks.resync(body.hook);
    const target = { kind: "hook", id: body.hook ?? null, name: body.hook ?? null };
    await record({ action: "hook.resync", target, before: null, after: { users } });
    return { users };
  },
};

type Query = QueryOf<"listHookDeliveries">;

async function deliveries(list: string, { hooks }: AdminDeps, query: Query): Promise<Page<Delivery>> {
  const { hook, type, state, limit } = query;
  const beforeId = positionIn(list, query);
  const found = await hooks.deliveries({
    limit: limit + 1,
    ...(hook === undefined ? {} : { hook }),
    ...(type === undefined ? {} : { type }),
    ...(state === undefined ? {} : { state }),
    ...(beforeId === undefined ? {} : { beforeId }),
  });
  return toPage(list, query, found, { positionOf: ({ id }) => id, toItem: (delivery) => delivery });
}
