import type { Team } from "../../auth/types.ts";
import { GatewayError } from "../../ir/errors.ts";
import { type Caller, isAdmin } from "../caller.ts";
import type { AdminDeps } from "../deps.ts";
import { positionIn, toPage } from "../paging.ts";
import { numberOf } from "./ranks.ts";
import type { Handlers } from "./types.ts";

export const teamHandlers: Pick<
  Handlers,
  | "getOrganisation"
  | "updateOrganisation"
  | "listTeams"
  | "createTeam"
  | "getTeam"
  | "updateTeam"
  | "deleteTeam"
  | "listTeamMembers"
  | "setTeamMember"
  | "removeTeamMember"
> = {
  getOrganisation: ({ deps }) => deps.teams.organisation(),
  async updateOrganisation({ deps, body, record }) {
    const before = await deps.teams.organisation();
    const after = await deps.teams.renameOrganisation(body.name);
    const target = { kind: "organisation", id: String(after.id), name: after.name };
    await record({ action: "organisation.update", target, before, after });
    return after;
  },
  async listTeams({ deps, query, caller }) {
    const { q, limit } = query;
    const afterId = positionIn("teams", query);
    const all = await deps.teams.list({ q, afterId, ...(isOver(caller) ? { limit: limit + 1 } : {}) });
    const own = isOver(caller) ? null : await ownTeams(deps, caller);
    const shown = own === null ? all : all.filter(({ id }) => own.has(id));
    return toPage("teams", query, shown, { positionOf: ({ id }) => id, toItem: (team) => team });
  },
  async createTeam({ deps, body, record }) {
    const team = await deps.teams.create(body.name);
    await record({ action: "team.create", target: targetOf(team), before: null, after: team });
    return team;
  },
  getTeam: ({ deps, params, caller }) => seeTeam(deps, caller, numberOf(params["id"])),
  async updateTeam({ deps, params, body, record, caller }) {
    const before = await seeTeam(deps, caller, numberOf(params["id"]));
    const team = await deps.teams.rename(before.id, body.name);
    await deps.keyRing.reload();
    await record({ action: "team.update", target: targetOf(team), before, after: team });
    return team;
  },
  async deleteTeam({ deps, params, record }) {
    const team = await deps.teams.remove(numberOf(params["id"]));
    await deps.keyRing.reload();
    await record({ action: "team.delete", target: targetOf(team), before: team, after: null });
    return team;
  },
  async listTeamMembers({ deps, params, caller }) {
    const { id } = await seeTeam(deps, caller, numberOf(params["id"]));
    return deps.teams.members(id);
  },
  async setTeamMember({ deps, params, body, caller, record }) {
    const team = await leadTeam(deps, caller, numberOf(params["id"]));
    const userId = await userIn(deps, params["user"]);
    const before = (await deps.teams.members(team.id)).find((each) => each.userId === userId) ?? null;
    const member = await deps.teams.setMember(team.id, userId, body.role);
    await deps.keyRing.reload();
    await record({ action: "team.set_member", target: targetOf(team), before, after: member });
    return member;
  },
  async removeTeamMember({ deps, params, caller, record }) {
    const team = await leadTeam(deps, caller, numberOf(params["id"]));
    const member = await deps.teams.removeMember(team.id, await userIn(deps, params["user"]));
    await deps.keyRing.reload();
    await record({ action: "team.remove_member", target: targetOf(team), before: member, after: null });
    return member;
  },
};

const targetOf = ({ id, name }: Team) => ({ kind: "team", id: String(id), name });

/** Administrators see all of them, people those that they are in. */
export const isOver = (caller: Caller | null): boolean => caller !== null && isAdmin(caller);

export const ownTeams = async (deps: Pick<AdminDeps, "teams">, caller: Caller | null): Promise<Set<number>> =>
  new Set(caller === null ? [] : (await deps.teams.teamsOf(caller.userId)).map(({ id }) => id));

/** @throws GatewayError not_found, also for one that the caller is not in. */
async function seeTeam(deps: Pick<AdminDeps, "teams">, caller: Caller | null, id: number): Promise<Team> {
  const team = await deps.teams.find(id);
  if (team && (isOver(caller) || (await ownTeams(deps, caller)).has(id))) return team;
  throw new GatewayError("not_found", `There is no team ${id}.`);
}

/** @throws GatewayError not_found; forbidden for a member who does not lead it. */
export async function leadTeam(deps: Pick<AdminDeps, "teams">, caller: Caller | null, id: number): Promise<Team> {
  const team = await seeTeam(deps, caller, id);
  if (isOver(caller) || (caller !== null && (await deps.teams.roleOf(id, caller.userId)) === "team_admin")) return team;
  throw new GatewayError("forbidden", `Only those who lead the team "${team.name}" may say who is in it.`);
}

/** @param text a number, or an e-mail address. @throws GatewayError not_found */
export async function userIn(deps: Pick<AdminDeps, "users">, text: string | undefined): Promise<number> {
  const wanted = text ?? "";
  const user = await deps.users.find(wanted.includes("@") ? wanted : numberOf(wanted));
  if (user) return user.id;
  throw new GatewayError("not_found", `There is no user "${wanted.slice(0, 100)}".`);
}
