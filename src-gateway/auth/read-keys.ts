/** The keys of the database, each with what the hot path wants to know of its caller. */
import type { BlockList } from "node:net";
import { sql } from "kysely";
import type { Store } from "../store/open-store.ts";
import type { KeyHasher } from "./key-hasher.ts";
import { readAddresses, readLimits } from "./key-limits.ts";
import { readScopes } from "./key-rows.ts";
import { keyTeam } from "./key-team.ts";
import { isForRequestsOnly } from "./scopes.ts";
import type { Principal, TeamRef } from "./types.ts";
import { readRole, readStatus } from "./user-rows.ts";

export interface KnownKey {
  principal: Principal;
  expiresAtUs: number | null;
  isSuspended: boolean;
  /** When, and why; null for a key that is good. */
  revoked: { atUs: number; reason: string | null } | null;
  /** It was rotated, and this is the token from before. */
  isPrevious: boolean;
  /** Null for any. */
  addresses: BlockList | null;
}

/** Every key by its stored hash; those of suspended users and revoked ones, too, who are to be told so. */
export async function readKeys(store: Store, hasher: KeyHasher): Promise<Map<string, KnownKey>> {
  const { db } = store;
  const rows = await db
    .selectFrom("api_keys")
    .innerJoin("users", "users.id", "api_keys.user_id")
    .select(["api_keys.id", "api_keys.name", "key_hash", "scopes", "expires_at", "revoked_at", "revoke_reason"])
    .select(["team_id", "project_id", "limits", "addresses"])
    .select(["user_id", "users.uuid as user_uuid", "email", "role", "status", "users.deleted_at as user_deleted_at"])
    .where("api_keys.deleted_at", "is", null)
    .execute();
  const teams = await readTeams(store);
  const projects = await db.selectFrom("projects").select(["id", "name"]).where("deleted_at", "is", null).execute();
  const projectNames = new Map(projects.map(({ id, name }) => [id, name]));
  const hashed = new Map<number, string>();
  const byId = new Map<number, KnownKey>();
  const known = new Map<string, KnownKey>();
  for (const row of rows) {
    const isGone = row.user_deleted_at !== null && row.revoked_at === null;
    if (isGone) continue;
    const scopes = readScopes(row.scopes);
    let hashedId = hashed.get(row.user_id);
    if (hashedId === undefined) {
      hashedId = hasher.hash(`user ${row.user_uuid}`).slice(0, 32);
      hashed.set(row.user_id, hashedId);
    }
    const ofUser = teams.ofUser.get(row.user_id) ?? [];
    const key: KnownKey = {
      principal: {
        userId: row.user_id,
        email: row.email,
        role: isForRequestsOnly(scopes) ? "gateway_user" : readRole(row.role),
        apiKeyId: row.id,
        keyName: row.name,
        scopes,
        ...teamOf(row.team_id, scopes, ofUser, teams.all),
        teams: ofUser,
        project: row.project_id === null ? null : (projectNames.get(row.project_id) ?? null),
        limits: readLimits(row.limits),
        hashedId,
      },
      expiresAtUs: row.expires_at,
      isSuspended: readStatus(row.status) === "suspended",
      revoked: row.revoked_at === null ? null : { atUs: row.revoked_at, reason: row.revoke_reason },
      isPrevious: false,
      addresses: readAddresses(row.addresses),
    };
    known.set(row.key_hash, key);
    byId.set(row.id, key);
  }
  const earlier = await db.selectFrom("api_key_secrets").select(["key_hash", "api_key_id", "expires_at"]).execute();
  for (const { key_hash, api_key_id, expires_at } of earlier) {
    const key = byId.get(api_key_id);
    if (!key) continue;
    const expiresAtUs = Math.min(expires_at, key.expiresAtUs ?? expires_at);
    known.set(key_hash, { ...key, expiresAtUs, isPrevious: true });
  }
  return known;
}

interface TeamsRead {
  all: Map<number, TeamRef>;
  ofUser: Map<number, TeamRef[]>;
}

async function readTeams({ db }: Store): Promise<TeamsRead> {
  const teams = await db.selectFrom("teams").select(["id", "name"]).where("deleted_at", "is", null).execute();
  const all = new Map(teams.map((team) => [team.id, team]));
  const members = await db
    .selectFrom("team_members")
    .select(["team_id", "user_id"])
    .orderBy("created_at")
    .orderBy("team_id")
    .execute();
  const ofUser = new Map<number, TeamRef[]>();
  for (const { team_id, user_id } of members) {
    const team = all.get(team_id);
    if (!team) continue;
    const found = ofUser.get(user_id);
    if (found) found.push(team);
    else ofUser.set(user_id, [team]);
  }
  return { all, ofUser };
}

/** The key's own, the one that its scope names, or the only one of its user. */
function teamOf(
  teamId: number | null,
  scopes: readonly string[],
  ofUser: readonly TeamRef[],
  all: ReadonlyMap<number, TeamRef>,
): Pick<Principal, "teamId" | "teamName"> {
  const own = teamId === null ? undefined : all.get(teamId);
  if (own) return { teamId: own.id, teamName: own.name };
  const named = keyTeam(scopes);
  if (named !== null) {
    const team = [...all.values()].find(({ name }) => name.toLowerCase() === named.toLowerCase());
    return { teamId: team?.id ?? null, teamName: team?.name ?? named };
  }
  const [only] = ofUser;
  return only && ofUser.length === 1 ? { teamId: only.id, teamName: only.name } : { teamId: null, teamName: null };
}

/**
 * Differs after every change of a key, a user, a team or a project, with one small query. Sums rather than the newest time: a
 * change made by a replica whose clock is behind would not be the newest. Who joins or leaves a team is changed with it.
 */
export async function readKeysVersion({ db }: Store): Promise<string> {
  const tables = ["users", "api_keys", "teams", "projects"];
  const sums = tables.map(
    (table) => sql`
      (select count(*) from ${sql.table(table)}) as ${sql.ref(`${table}_count`)},
      (select coalesce(sum(updated_at % 2147483647), 0) from ${sql.table(table)}) as ${sql.ref(`${table}_sum`)}`,
  );
  const { rows } = await sql<Record<string, number>>`select ${sql.join(sums)}`.execute(db);
  return JSON.stringify(rows[0]);
}
