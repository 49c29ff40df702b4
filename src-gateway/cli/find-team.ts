import type { ReplyOf } from "../admin-api/contract/endpoints.ts";
import { CliError, EXIT } from "./cli-error.ts";
import type { Connection } from "./connect.ts";

export type Team = ReplyOf<"getTeam">;
export type Project = ReplyOf<"getProject">;

/** All teams, whatever their number. */
export async function allTeams({ client }: Connection, q?: string): Promise<Team[]> {
  const teams: Team[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await client.call("listTeams", { query: { q, limit: 500, cursor } });
    teams.push(...page.items);
    if (page.nextCursor === null) return teams;
    cursor = page.nextCursor;
  }
}

export async function allProjects({ client }: Connection, q?: string): Promise<Project[]> {
  const projects: Project[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await client.call("listProjects", { query: { q, limit: 500, cursor } });
    projects.push(...page.items);
    if (page.nextCursor === null) return projects;
    cursor = page.nextCursor;
  }
}

/** @param wanted an id or a name. @throws CliError */
export const findTeam = async (connection: Connection, wanted: string): Promise<Team> =>
  pick("team", wanted, await allTeams(connection, nameIn(wanted)));

/** @param wanted an id or a name. @throws CliError */
export const findProject = async (connection: Connection, wanted: string): Promise<Project> =>
  pick("project", wanted, await allProjects(connection, nameIn(wanted)));

/** A number may be an id, which no search finds. */
const nameIn = (wanted: string): string | undefined => (/^\d+$/.test(wanted) ? undefined : wanted);

function pick<Found extends { id: number; name: string }>(kind: string, wanted: string, found: Found[]): Found {
  const one =
    found.find(({ name }) => name.toLowerCase() === wanted.toLowerCase()) ??
    found.find(({ id }) => String(id) === wanted);
  if (one) return one;
  throw new CliError(
    EXIT.notFound,
    `There is no ${kind} "${wanted.slice(0, 100)}". \`gateway admin ${kind}s list\` shows them.`,
  );
}
