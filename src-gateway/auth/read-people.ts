/** Everybody who may use this gateway, as they are written down to be moved to another one. */
import type { Kysely } from "kysely";
import type { Database } from "../store/schema.ts";
import type { People } from "../transfer/types.ts";

/** @param withKeys with the hashes of client keys; those that are revoked or over stay behind. */
export async function readPeople(db: Kysely<Database>, nowUs: number, withKeys: boolean): Promise<People> {
  const users = await db
    .selectFrom("users")
    .select(["id", "uuid", "email", "role", "display_name as name", "status", "kind"])
    .where("deleted_at", "is", null)
    .orderBy("id")
    .execute();
  const teams = await db
    .selectFrom("teams")
    .select(["id", "uuid", "name"])
    .where("deleted_at", "is", null)
    .orderBy("id")
    .execute();
  const projects = await db
    .selectFrom("projects")
    .select(["id", "uuid", "name", "team_id"])
    .where("deleted_at", "is", null)
    .orderBy("id")
    .execute();
  const inTeams = await db.selectFrom("team_members").select(["team_id", "user_id", "role"]).execute();
  const inProjects = await db.selectFrom("project_members").select(["project_id", "user_id"]).execute();
  const uuidIn = (rows: readonly { id: number; uuid: string }[]): ((id: number | null) => string | null) => {
    const byId = new Map(rows.map(({ id, uuid }) => [id, uuid]));
    return (id) => (id === null ? null : (byId.get(id) ?? null));
  };
  const [userOf, teamOf, projectOf] = [uuidIn(users), uuidIn(teams), uuidIn(projects)];
  const known = <Row extends { user: string | null }>(rows: Row[]) =>
    rows.filter((row): row is Row & { user: string } => row.user !== null);
  return {
    users: users.map(({ id: _id, ...user }) => user),
    teams: teams.map(({ id, uuid, name }) => ({
      uuid,
      name,
      members: known(
        inTeams.filter(({ team_id }) => team_id === id).map(({ user_id, role }) => ({ user: userOf(user_id), role })),
      ),
    })),
    projects: projects.map(({ id, uuid, name, team_id }) => ({
      uuid,
      name,
      team: teamOf(team_id),
      members: known(
        inProjects.filter(({ project_id }) => project_id === id).map(({ user_id }) => ({ user: userOf(user_id) })),
      ).map(({ user }) => user),
    })),
    keys: withKeys ? known(await readKeyRows(db, nowUs, { userOf, teamOf, projectOf })) : [],
  };
}

type UuidOf = (id: number | null) => string | null;

async function readKeyRows(
  db: Kysely<Database>,
  nowUs: number,
  { userOf, teamOf, projectOf }: { userOf: UuidOf; teamOf: UuidOf; projectOf: UuidOf },
) {
  const rows = await db
    .selectFrom("api_keys")
    .selectAll()
    .where("deleted_at", "is", null)
    .where("revoked_at", "is", null)
    .where((or) => or.or([or("expires_at", "is", null), or("expires_at", ">", nowUs)]))
    .orderBy("id")
    .execute();
  return rows.map((row) => ({
    uuid: row.uuid,
    user: userOf(row.user_id),
    name: row.name,
    hash: row.key_hash,
    prefix: row.key_prefix,
    scopes: row.scopes,
    limits: row.limits,
    addresses: row.addresses,
    expiresAtUs: row.expires_at,
    team: teamOf(row.team_id),
    project: projectOf(row.project_id),
  }));
}
