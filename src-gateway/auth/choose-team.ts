import { GatewayError } from "../ir/errors.ts";
import type { Principal } from "./types.ts";

export const TEAM_HEADER = "x-team-id";

/**
 * The team that a request counts for. A key's own team binds; a user of several teams names one, by number or name, and
 * counts for the one joined first where they name none.
 * @param named the header; of somebody who is in no team it is a word of another gateway, and means nothing here.
 * @throws GatewayError forbidden
 */
export function chooseTeam(principal: Principal, named: string | string[] | undefined): Principal {
  const { teamId = null, teamName = null, teams = [] } = principal;
  const wanted = (Array.isArray(named) ? named[0] : named)?.trim().toLowerCase() ?? "";
  if (teamName !== null && (wanted === "" || wanted === String(teamId) || wanted === teamName.toLowerCase()))
    return principal;
  if (teamName === null && teams.length === 0) return principal;
  if (wanted === "") return withTeam(principal, teams[0]);
  const found = teams.find(({ id, name }) => String(id) === wanted || name.toLowerCase() === wanted);
  if (found && teamName === null) return withTeam(principal, found);
  throw new GatewayError(
    "forbidden",
    teamName !== null
      ? `This key counts for the team "${teamName}" and for no other.`
      : `You are in no team "${wanted.slice(0, 64)}". Name one of ${teams.map(({ name }) => name).join(", ")}.`,
    { param: TEAM_HEADER },
  );
}

const withTeam = (principal: Principal, team: { id: number; name: string } | undefined): Principal =>
  team === undefined ? principal : { ...principal, teamId: team.id, teamName: team.name };
