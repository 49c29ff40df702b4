/** The keys of the database, each with what the hot path wants to know of its caller. */
import type { BlockList } from "node:net";
import { type Kysely, sql } from "kysely";
import type { Store } from "../store/open-store.ts";
import type { Database } from "../store/schema.ts";
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

/**
 * Keys by their stored hash; those of suspended users and revoked ones, too, who are to be told so.
 * @param hashes the tokens that are asked for; every key when left out. Besides, others may come along.
 */
export async function readKeys(
  store: Store,
  hasher: KeyHasher,
  hashes?: readonly string[],
): Promise<Map<string, KnownKey>> {
  const { db } = store;
  const rows = await (hashes ? rowsIn(db).where("key_hash", "in", hashes) : rowsIn(db)).execute();
  // After them: a key that is rotated in between is found by either its new place or its old one.
  const earlier = await earlierIn(db, hashes);
  if (hashes) {
    const read = new Set(rows.map(({ id }) => id));
    const missing = earlier.map(({ api_key_id }) => api_key_id).filter((id) => !read.has(id));
    if (missing.length > 0) rows.push(...(await rowsIn(db).where("api_keys.id", "in", missing).execute()));
  }
  if (rows.length === 0) return new Map();
  const found = hashes && rows;
  const context = { teams: await readTeams(store, found), projects: await readProjects(store, found) };
  const hashed = new Map<number, string>();
  const byId = new Map<number, KnownKey>();
  const known = new Map<string, KnownKey>();
  for (const row of rows) {
    const isGone = row.user_deleted_at !== null && row.revoked_at === null;
    if (isGone) continue;
    let hashedId = hashed.get(row.user_id);
    if (hashedId === undefined) {
      hashedId = hasher.hash(`user ${row.user_uuid}`).slice(0, 32);
      hashed.set(row.user_id, hashedId);
    }
    const key = knownKey(row, hashedId, context);
    known.set(row.key_hash, key);
    byId.set(row.id, key);
  }
  for (const { key_hash, api_key_id, expires_at } of earlier) {
    const key = byId.get(api_key_id);
    if (!key) continue;
    const expiresAtUs = Math.min(expires_at, key.expiresAtUs ?? expires_at);
    known.set(key_hash, { ...key, expiresAtUs, isPrevious: true });
  }
  return known;
}

const rowsIn = (db: Kysely<Database>) =>
  db
    .selectFrom("api_keys")
    .innerJoin("users", "users.id", "api_keys.user_id")
    .select(["api_keys.id", "api_keys.name", "key_hash", "scopes", "expires_at", "revoked_at", "revoke_reason"])
    .select(["team_id", "project_id", "limits", "addresses"])
    .select(["user_id", "users.uuid as user_uuid", "email", "role", "status", "users.deleted_at as user_deleted_at"])
    .where("api_keys.deleted_at", "is", null);

type Row = Awaited<ReturnType<ReturnType<typeof rowsIn>["execute"]>>[number];

/** Tokens from before a rotation. */
function earlierIn(db: Kysely<Database>, hashes?: readonly string[]) {
  const all = db.selectFrom("api_key_secrets").select(["key_hash", "api_key_id", "expires_at"]);
  return (hashes ? all.where("key_hash", "in", hashes) : all).execute();
}

function knownKey(
  row: Row,
  hashedId: string,
  { teams, projects }: { teams: TeamsRead; projects: ReadonlyMap<number, string> },
): KnownKey {
  const scopes = readScopes(row.scopes);
  const ofUser = teams.ofUser.get(row.user_id) ?? [];
  return {
    principal: {
      userId: row.user_id,
      email: row.email,
      role: isForRequestsOnly(scopes) ? "gateway_user" : readRole(row.role),
      apiKeyId: row.id,
      keyName: row.name,
      scopes,
      ...teamOf(row.team_id, scopes, ofUser, teams.all),
      teams: ofUser,
      project: row.project_id === null ? null : (projects.get(row.project_id) ?? null),
      limits: readLimits(row.limits),
      hashedId,
    },
    expiresAtUs: row.expires_at,
    isSuspended: readStatus(row.status) === "suspended",
    revoked: row.revoked_at === null ? null : { atUs: row.revoked_at, reason: row.revoke_reason },
    isPrevious: false,
    addresses: readAddresses(row.addresses),
  };
}

async function readProjects({ db }: Store, rows?: readonly Row[]): Promise<Map<number, string>> {
  const all = db.selectFrom("projects").select(["id", "name"]).where("deleted_at", "is", null);
  const ids = rows?.flatMap(({ project_id }) => project_id ?? []);
  if (ids?.length === 0) return new Map();
  const found = await (ids ? all.where("id", "in", ids) : all).execute();
  return new Map(found.map(({ id, name }) => [id, name]));
}

interface TeamsRead {
  all: Map<number, TeamRef>;
  ofUser: Map<number, TeamRef[]>;
}

/** @param rows whose teams are asked for; all of them when left out. */
async function readTeams({ db }: Store, rows?: readonly Row[]): Promise<TeamsRead> {
  let memberRows = db.selectFrom("team_members").select(["team_id", "user_id"]);
  if (rows) memberRows = memberRows.where("user_id", "in", [...new Set(rows.map(({ user_id }) => user_id))]);
  const members = await memberRows.orderBy("created_at").orderBy("team_id").execute();
  let teamRows = db.selectFrom("teams").select(["id", "name"]).where("deleted_at", "is", null);
  if (rows) {
    const ids = [...members, ...rows].flatMap(({ team_id }) => team_id ?? []);
    const names = rows.flatMap(({ scopes }) => keyTeam(readScopes(scopes))?.toLowerCase() ?? []);
    if (ids.length + names.length === 0) return { all: new Map(), ofUser: new Map() };
    teamRows = teamRows.where((where) =>
      where.or([
        ...(ids.length > 0 ? [where("id", "in", [...new Set(ids)])] : []),
        ...(names.length > 0 ? [where("name_key", "in", [...new Set(names)])] : []),
      ]),
    );
  }
  const all = new Map((await teamRows.execute()).map((team) => [team.id, team]));
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

/** Whether there are more keys than so many, without counting them all. */
export async function hasMoreKeys({ db }: Store, than: number): Promise<boolean> {
  const row = await db.selectFrom("api_keys").select("id").orderBy("id").offset(than).limit(1).executeTakeFirst();
  return row !== undefined;
}

/**
 * Differs after every change of a key, a user, a team or a project, with one small query. Sums rather than the newest time: a
 * change made by a replica whose clock is behind would not be the newest. Who joins or leaves a team is changed with it.
 */
export const readKeysVersion = (store: Store): Promise<string> =>
  versionOf(store, ["users", "api_keys", "teams", "projects"]);

/** The same of users and teams alone. */
export const readPeopleVersion = (store: Store): Promise<string> => versionOf(store, ["users", "teams"]);

async function versionOf({ db }: Store, tables: readonly string[]): Promise<string> {
  const sums = tables.map(
    (table) => sql`
      (select count(*) from ${sql.table(table)}) as ${sql.ref(`${table}_count`)},
      (select coalesce(sum(updated_at % 2147483647), 0) from ${sql.table(table)}) as ${sql.ref(`${table}_sum`)}`,
  );
  const { rows } = await sql<Record<string, number>>`select ${sql.join(sums)}`.execute(db);
  return JSON.stringify(rows[0]);
}
