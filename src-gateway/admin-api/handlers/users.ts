import { GatewayError } from "../../ir/errors.ts";
import type { Handlers } from "./types.ts";

export const userHandlers: Pick<
  Handlers,
  "listUsers" | "createUser" | "updateUser" | "listUserKeys" | "createUserKey" | "listKeys" | "revokeKey"
> = {
  listUsers: ({ deps }) => deps.users.list(),
  async createUser({ deps, body }) {
    const { email, displayName, role } = body;
    return deps.users.create({
      email,
      ...(displayName === undefined ? {} : { displayName }),
      ...(role === undefined ? {} : { role }),
    });
  },
  async updateUser({ deps, params, body, caller }) {
    const id = numberOf(params["id"]);
    if (caller?.userId === id && body.status === "suspended") {
      throw new GatewayError("conflict", "You cannot suspend yourself. Ask another administrator.");
    }
    const user = await deps.users.setStatus(id, body.status);
    await deps.keyRing.reload();
    return user;
  },
  listUserKeys: ({ deps, params }) => deps.apiKeys.list({ userId: numberOf(params["id"]) }),
  async createUserKey({ deps, params, body }) {
    const { name, scopes, ttlMs } = body;
    const made = await deps.apiKeys.create({
      userId: numberOf(params["id"]),
      name,
      ...(scopes === undefined ? {} : { scopes }),
      ...(ttlMs === undefined ? {} : { ttlMs }),
    });
    await deps.keyRing.reload();
    return made;
  },
  listKeys: ({ deps }) => deps.apiKeys.list(),
  async revokeKey({ deps, params }) {
    const key = await deps.apiKeys.revoke(numberOf(params["id"]));
    await deps.keyRing.reload();
    return key;
  },
};

function numberOf(text: string | undefined): number {
  const id = Number(text);
  if (Number.isSafeInteger(id) && id >= 0) return id;
  throw new GatewayError("invalid_request", `"${String(text).slice(0, 50)}" is no id.`, { param: "id" });
}
