import type { ApiKey, NewKey } from "../../auth/types.ts";
import { GatewayError } from "../../ir/errors.ts";
import type { AdminDeps } from "../deps.ts";
import { positionIn, toPage } from "../paging.ts";
import { numberOf, requireRankOver } from "./ranks.ts";
import type { HandlerInput, Handlers } from "./types.ts";

export const keyHandlers: Pick<
  Handlers,
  | "listUserKeys"
  | "createUserKey"
  | "listTeamKeys"
  | "createTeamKey"
  | "listKeys"
  | "pageKeys"
  | "getKey"
  | "updateKey"
  | "rotateKey"
  | "revokeKey"
> = {
  listUserKeys: ({ deps, params }) => deps.apiKeys.list({ userId: numberOf(params["id"]) }),
  async createUserKey(input) {
    const userId = numberOf(input.params["id"]);
    await requireRankOver(input.deps, input.caller, userId);
    return create(input, { userId, ...input.body });
  },
  async listTeamKeys({ deps, params }) {
    const teamId = numberOf(params["id"]);
    return deps.apiKeys.list({ teamId });
  },
  createTeamKey: (input) => create(input, { ...input.body, teamId: numberOf(input.params["id"]) }),
  listKeys: ({ deps, query }) => deps.apiKeys.list(query),
  async pageKeys({ deps, query }) {
    const { cursor: _cursor, ...filter } = query;
    const afterId = positionIn("keys", query);
    const keys = await deps.apiKeys.list({ ...filter, limit: query.limit + 1, afterId });
    return toPage("keys", query, keys, { positionOf: ({ id }) => id, toItem: (key) => key });
  },
  getKey: ({ deps, params }) => needKey(deps, numberOf(params["id"])),
  async updateKey({ deps, params, body, caller, record }) {
    const before = await needKey(deps, numberOf(params["id"]));
    await requireRankOver(deps, caller, before.userId);
    if (Object.values(body).every((value) => value === undefined))
      throw new GatewayError("invalid_request", "Say what of the key is to be changed.");
    const key = await deps.apiKeys.update(before.id, body);
    await deps.keyRing.reload();
    await record({ action: "api_key.update", target: targetOf(key), before, after: key });
    return key;
  },
  async rotateKey({ deps, params, body, caller, record }) {
    const before = await needKey(deps, numberOf(params["id"]));
    await requireRankOver(deps, caller, before.userId);
    const made = await deps.apiKeys.rotate(before.id, body.overlapMs);
    await deps.keyRing.reload();
    await record({ action: "api_key.rotate", target: targetOf(made.key), before, after: made.key });
    return made;
  },
  async revokeKey({ deps, params, query, caller, record }) {
    const before = await needKey(deps, numberOf(params["id"]));
    await requireRankOver(deps, caller, before.userId);
    const key = await deps.apiKeys.revoke(before.id, query.reason);
    await deps.keyRing.reload();
    await record({ action: "api_key.revoke", target: targetOf(key), before, after: key });
    return key;
  },
};

async function create(
  { deps, record }: Pick<HandlerInput<"createUserKey">, "deps" | "record">,
  input: NewKey,
): Promise<{ key: ApiKey; token: string }> {
  const made = await deps.apiKeys.create(input);
  await deps.keyRing.reload();
  await record({ action: "api_key.create", target: targetOf(made.key), before: null, after: made.key });
  return made;
}

const targetOf = ({ id, name }: ApiKey) => ({ kind: "api_key", id: String(id), name });

/** @throws GatewayError not_found */
async function needKey(deps: Pick<AdminDeps, "apiKeys">, id: number): Promise<ApiKey> {
  const key = await deps.apiKeys.find(id);
  if (key) return key;
  throw new GatewayError("not_found", `There is no key ${id}.`);
}
