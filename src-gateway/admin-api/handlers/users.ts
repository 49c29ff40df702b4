import type { User } from "../../auth/types.ts";
import { GatewayError } from "../../ir/errors.ts";
import type { AdminDeps } from "../deps.ts";
import { positionIn, toPage } from "../paging.ts";
import { actorIdOf, numberOf, requireRank, requireRankOver, rolesBelow } from "./ranks.ts";
import type { Handlers } from "./types.ts";

export const userHandlers: Pick<
  Handlers,
  "listUsers" | "pageUsers" | "exportUsers" | "importUsers" | "getUser" | "createUser" | "updateUser" | "deleteUser"
> = {
  listUsers: ({ deps, query }) => deps.users.list(query),
  async pageUsers({ deps, query }) {
    const { cursor: _cursor, ...filter } = query;
    const afterId = positionIn("users", query);
    const users = await deps.users.list({ ...filter, limit: query.limit + 1, afterId });
    return toPage("users", query, users, { positionOf: ({ id }) => id, toItem: (user) => user });
  },
  exportUsers: async ({ deps }) => ({ csv: await deps.users.export() }),
  async importUsers({ deps, body, caller, record }) {
    const { csv, ...options } = body;
    const report = await deps.users.import(csv, { ...options, roles: rolesBelow(caller) });
    const { applied, created, lines, skipped, problems } = report;
    await record(
      applied
        ? {
            action: "user.import",
            target: { kind: "user", id: null, name: null },
            before: null,
            after: {
              lines,
              skipped: skipped.length,
              refused: problems.length,
              created: created.map(({ id, email, role }) => ({ id, email, role })),
            },
          }
        : null,
    );
    return report;
  },
  getUser: ({ deps, params }) => needUser(deps, numberOf(params["id"])),
  async createUser({ deps, body, caller, record }) {
    const { email, displayName, role } = body;
    requireRank(caller, role ?? "gateway_user");
    const user = await deps.users.create({
      email,
      ...(displayName === undefined ? {} : { displayName }),
      ...(role === undefined ? {} : { role }),
    });
    await record({ action: "user.create", target: targetOf(user), before: null, after: user });
    return user;
  },
  async updateUser({ deps, params, body, caller, record }) {
    const id = numberOf(params["id"]);
    if (Object.values(body).every((value) => value === undefined))
      throw new GatewayError("invalid_request", "Say what is to be changed: email, displayName, role or status.");
    await requireRankOver(deps, caller, id);
    if (body.role !== undefined) requireRank(caller, body.role);
    const before = await needUser(deps, id);
    const user = await deps.users.update(id, body, actorIdOf(caller));
    await deps.keyRing.reload();
    await record({ action: "user.update", target: targetOf(user), before, after: user });
    return user;
  },
  async deleteUser({ deps, params, query, caller, record }) {
    const id = numberOf(params["id"]);
    const isHard = query.hard ?? false;
    await requireRankOver(deps, caller, id);
    const { user } = await deps.users.remove(id, { isHard, by: actorIdOf(caller) });
    await deps.keyRing.reload();
    if (isHard) await deps.forgetUser(id);
    const target = isHard ? { kind: "user", id: String(id), name: null } : targetOf(user);
    // Who is erased is not written down once more.
    const { email: _email, displayName: _name, ...rest } = user;
    await record({ action: isHard ? "user.erase" : "user.delete", target, before: isHard ? rest : user, after: null });
    return user;
  },
};

const targetOf = ({ id, email }: User) => ({ kind: "user", id: String(id), name: email });

/** @throws GatewayError not_found */
async function needUser(deps: Pick<AdminDeps, "users">, id: number): Promise<User> {
  const user = await deps.users.find(id);
  if (user) return user;
  throw new GatewayError("not_found", `There is no user ${id}.`);
}
