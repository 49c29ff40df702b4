import type { Project } from "../../auth/types.ts";
import { GatewayError } from "../../ir/errors.ts";
import type { Caller } from "../caller.ts";
import type { AdminDeps } from "../deps.ts";
import { positionIn, toPage } from "../paging.ts";
import { numberOf } from "./ranks.ts";
import { isOver, leadTeam, ownTeams, userIn } from "./teams.ts";
import type { Handlers } from "./types.ts";

export const projectHandlers: Pick<
  Handlers,
  | "listProjects"
  | "createProject"
  | "getProject"
  | "updateProject"
  | "deleteProject"
  | "listProjectMembers"
  | "addProjectMember"
  | "removeProjectMember"
> = {
  async listProjects({ deps, query, caller }) {
    const { q, teamId, limit } = query;
    const afterId = positionIn("projects", query);
    const all = await deps.projects.list({ q, teamId, afterId, ...(isOver(caller) ? { limit: limit + 1 } : {}) });
    const shown: Project[] = [];
    for (const project of all) if (await maySee(deps, caller, project)) shown.push(project);
    return toPage("projects", query, shown, { positionOf: ({ id }) => id, toItem: (project) => project });
  },
  async createProject({ deps, body, record }) {
    const project = await deps.projects.create(body);
    await record({ action: "project.create", target: targetOf(project), before: null, after: project });
    return project;
  },
  getProject: ({ deps, params, caller }) => seeProject(deps, caller, numberOf(params["id"])),
  async updateProject({ deps, params, body, record, caller }) {
    const before = await seeProject(deps, caller, numberOf(params["id"]));
    const project = await deps.projects.update(before.id, body);
    await deps.keyRing.reload();
    await record({ action: "project.update", target: targetOf(project), before, after: project });
    return project;
  },
  async deleteProject({ deps, params, record }) {
    const project = await deps.projects.remove(numberOf(params["id"]));
    await deps.keyRing.reload();
    await record({ action: "project.delete", target: targetOf(project), before: project, after: null });
    return project;
  },
  async listProjectMembers({ deps, params, caller }) {
    const { id } = await seeProject(deps, caller, numberOf(params["id"]));
    return deps.projects.members(id);
  },
  async addProjectMember({ deps, params, caller, record }) {
    const project = await leadProject(deps, caller, numberOf(params["id"]));
    const userId = await userIn(deps, params["user"]);
    await deps.projects.addMember(project.id, userId);
    await record({ action: "project.add_member", target: targetOf(project), before: null, after: { userId } });
    return {};
  },
  async removeProjectMember({ deps, params, caller, record }) {
    const project = await leadProject(deps, caller, numberOf(params["id"]));
    const userId = await userIn(deps, params["user"]);
    await deps.projects.removeMember(project.id, userId);
    await record({ action: "project.remove_member", target: targetOf(project), before: { userId }, after: null });
    return {};
  },
};

const targetOf = ({ id, name }: Project) => ({ kind: "project", id: String(id), name });

/** Those of one's teams, and those that one is in. */
async function maySee(
  deps: Pick<AdminDeps, "teams" | "projects">,
  caller: Caller | null,
  { id, teamId }: Project,
): Promise<boolean> {
  if (isOver(caller)) return true;
  if (teamId !== null && (await ownTeams(deps, caller)).has(teamId)) return true;
  return (await deps.projects.members(id)).some(({ userId }) => userId === caller?.userId);
}

/** @throws GatewayError not_found, also for one that the caller may not see. */
async function seeProject(
  deps: Pick<AdminDeps, "teams" | "projects">,
  caller: Caller | null,
  id: number,
): Promise<Project> {
  const project = await deps.projects.find(id);
  if (project && (await maySee(deps, caller, project))) return project;
  throw new GatewayError("not_found", `There is no project ${id}.`);
}

/** @throws GatewayError not_found; forbidden for those who do not lead its team. */
async function leadProject(
  deps: Pick<AdminDeps, "teams" | "projects">,
  caller: Caller | null,
  id: number,
): Promise<Project> {
  const project = await seeProject(deps, caller, id);
  if (isOver(caller)) return project;
  if (project.teamId === null)
    throw new GatewayError("forbidden", "Only administrators may say who is in a project of the whole organisation.");
  await leadTeam(deps, caller, project.teamId);
  return project;
}
