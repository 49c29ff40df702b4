import type { Role } from "../../auth/types.ts";
import { GatewayError } from "../../ir/errors.ts";
import type { Caller } from "../caller.ts";
import type { AdminDeps } from "../deps.ts";
import type { Handlers } from "./types.ts";

export const userHandlers: Pick<
  Handlers,
  "listUsers" | "createUser" | "updateUser" | "listUserKeys" | "createUserKey" | "listKeys" | "revokeKey"
> = {
  listUsers: ({ deps }) => deps.users.list(),
  async createUser({ deps, body, caller }) {
    const { email, displayName, role } = body;
    requireRank(caller, role ?? "gateway_user");
    return deps.users.create({
      email,
      ...(displayName === undefined ? {} : { displayName }),
      ...(role === undefined ? {} : { role }),
    });
  },
  async updateUser({ deps, params, body, caller }) {
    const id = numberOf(params["id"]);
    await requireRankOver(deps, caller, id);
    if (body.status === "suspended" && caller?.userId === id && !caller.isLocal) {
      throw new GatewayError("conflict", "You cannot suspend yourself. Ask another administrator.");
    }
    const user = await deps.users.setStatus(id, body.status);
    await deps.keyRing.reload();
    return user;
  },
  listUserKeys: ({ deps, params }) => deps.apiKeys.list({ userId: numberOf(params["id"]) }),
  async createUserKey({ deps, params, body, caller }) {
    const userId = numberOf(params["id"]);
    await requireRankOver(deps, caller, userId);
    const { name, scopes, ttlMs } = body;
    const made = await deps.apiKeys.create({
      userId,
      name,
      ...(scopes === undefined ? {} : { scopes }),
      ...(ttlMs === undefined ? {} : { ttlMs }),
    });
    await deps.keyRing.reload();
    return made;
  },
  listKeys: ({ deps }) => deps.apiKeys.list(),
  async revokeKey({ deps, params, caller }) {
    const id = numberOf(params["id"]);
    const known = (await deps.apiKeys.list()).find((key) => key.id === id);
    if (known) await requireRankOver(deps, caller, known.userId);
    const key = await deps.apiKeys.revoke(id);
    await deps.keyRing.reload();
    return key;
  },
};

/** Else every administrator could give themselves a root administrator's key. */
async function requireRankOver(deps: AdminDeps, caller: Caller | null, userId: number): Promise<void> {
  const user = await deps.users.find(userId);
  if (user) requireRank(caller, user.role);
}

function requireRank(caller: Caller | null, role: Role): void {
  if (role !== "root_admin" || caller?.role === "root_admin") return;
  throw new GatewayError(
    "forbidden",
    "Only a root administrator may make, change or hold keys for a root administrator.",
  );
}

function numberOf(text: string | undefined): number {
  const id = Number(text);
  if (Number.isSafeInteger(id) && id >= 0) return id;
  throw new GatewayError("invalid_request", `"${String(text).slice(0, 50)}" is no id.`, { param: "id" });
}
