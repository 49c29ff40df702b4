/**
 * People of another gateway join those who are here. Whoever is here stays as they are: users are known by e-mail, teams and
 * projects by name, keys by their hash. All in one transaction of the caller's.
 */
import type { Kysely } from "kysely";
import type { Database } from "../store/schema.ts";
import type { MovedKey, People, TransferItem } from "../transfer/types.ts";
import { keyOf, organisationOf, touchUsers } from "./group-names.ts";
import { serviceAccountOf } from "./service-account.ts";

interface Merge {
  db: Kysely<Database>;
  nowUs: number;
  items: TransferItem[];
  /** By the uuid that they have where they come from. */
  users: Map<string, number>;
  teams: Map<string, number>;
  projects: Map<string, number>;
  /** Accounts that hold the keys of teams themselves; each gateway has its own. */
  services: Set<string>;
}

/** @param keyProblem why the client keys cannot come along; null when they can. */
export async function mergePeople(
  db: Kysely<Database>,
  people: People,
  { nowUs, keyProblem }: { nowUs: number; keyProblem: string | null },
): Promise<TransferItem[]> {
  const merge: Merge = {
    db,
    nowUs,
    items: [],
    users: new Map(),
    teams: new Map(),
    projects: new Map(),
    services: new Set(people.users.filter(({ kind }) => kind === "service").map(({ uuid }) => uuid)),
  };
  for (const user of people.users) if (user.kind !== "service") await mergeUser(merge, user);
  const { id: organisationId } = await organisationOf(db, nowUs);
  for (const team of people.teams) await mergeTeam(merge, team, organisationId);
  for (const project of people.projects) await mergeProject(merge, project, organisationId);
  for (const key of people.keys) {
    if (keyProblem === null) await mergeKey(merge, key);
    else merge.items.push(item("key", `${key.name} (${key.prefix}…)`, "left", keyProblem));
  }
  await touchUsers(db, [...merge.users.values()], nowUs);
  return merge.items;
}

async function mergeUser({ db, nowUs, items, users }: Merge, user: People["users"][number]): Promise<void> {
  const known = await db
    .selectFrom("users")
    .select("id")
    .where("email", "=", user.email)
    .where("deleted_at", "is", null)
    .executeTakeFirst();
  items.push(item("user", user.email, known ? "same" : "added"));
  if (known) return void users.set(user.uuid, known.id);
  const { id } = await db
    .insertInto("users")
    .values({
      uuid: await freeUuid(db, "users", user.uuid),
      email: user.email,
      role: user.role,
      display_name: user.name,
      status: user.status,
      kind: user.kind,
      created_at: nowUs,
      updated_at: nowUs,
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  users.set(user.uuid, id);
}

async function mergeTeam(merge: Merge, team: People["teams"][number], organisationId: number): Promise<void> {
  const { db, nowUs } = merge;
  const id = await mergeNamed(merge, "teams", team, { organisation_id: organisationId });
  merge.teams.set(team.uuid, id);
  for (const { user, role } of team.members) {
    const userId = merge.users.get(user);
    if (userId === undefined) continue;
    await db
      .insertInto("team_members")
      .values({ team_id: id, user_id: userId, role, created_at: nowUs })
      .onConflict((conflict) => conflict.columns(["team_id", "user_id"]).doNothing())
      .execute();
  }
}

async function mergeProject(merge: Merge, project: People["projects"][number], organisationId: number): Promise<void> {
  const { db, nowUs } = merge;
  const teamId = project.team === null ? null : (merge.teams.get(project.team) ?? null);
  const id = await mergeNamed(merge, "projects", project, { organisation_id: organisationId, team_id: teamId });
  merge.projects.set(project.uuid, id);
  for (const user of project.members) {
    const userId = merge.users.get(user);
    if (userId === undefined) continue;
    await db
      .insertInto("project_members")
      .values({ project_id: id, user_id: userId, created_at: nowUs })
      .onConflict((conflict) => conflict.columns(["project_id", "user_id"]).doNothing())
      .execute();
  }
}

async function mergeNamed(
  { db, nowUs, items }: Merge,
  table: "teams" | "projects",
  { uuid, name }: { uuid: string; name: string },
  more: { organisation_id: number; team_id?: number | null },
): Promise<number> {
  const known = await db
    .selectFrom(table)
    .select("id")
    .where("name_key", "=", keyOf(name))
    .where("deleted_at", "is", null)
    .executeTakeFirst();
  items.push(item(table === "teams" ? "team" : "project", name, known ? "same" : "added"));
  if (known) return known.id;
  const values = {
    uuid: await freeUuid(db, table, uuid),
    name,
    name_key: keyOf(name),
    created_at: nowUs,
    updated_at: nowUs,
  };
  const { id } = await db
    .insertInto(table)
    .values({ ...values, ...more })
    .returning("id")
    .executeTakeFirstOrThrow();
  return id;
}

async function mergeKey(merge: Merge, key: MovedKey): Promise<void> {
  const { db, nowUs, items } = merge;
  const name = `${key.name} (${key.prefix}…)`;
  const known = await db.selectFrom("api_keys").select("id").where("key_hash", "=", key.hash).executeTakeFirst();
  if (known) return void items.push(item("key", name, "same"));
  const teamId = key.team === null ? null : (merge.teams.get(key.team) ?? null);
  const isService = merge.services.has(key.user);
  const userId = isService
    ? teamId === null
      ? undefined
      : await serviceAccountOf(db, teamId, nowUs)
    : merge.users.get(key.user);
  if (userId === undefined) return void items.push(item("key", name, "left", "whom it belonged to did not come along"));
  await db
    .insertInto("api_keys")
    .values({
      uuid: await freeUuid(db, "api_keys", key.uuid),
      user_id: userId,
      name: key.name,
      key_hash: key.hash,
      key_prefix: key.prefix,
      scopes: key.scopes,
      limits: key.limits,
      addresses: key.addresses,
      expires_at: key.expiresAtUs,
      team_id: teamId,
      project_id: key.project === null ? null : (merge.projects.get(key.project) ?? null),
      created_at: nowUs,
      updated_at: nowUs,
    })
    .execute();
  items.push(item("key", name, "added"));
}

/** Its own, unless somebody who was removed here had it. */
async function freeUuid(db: Kysely<Database>, table: "users" | "teams" | "projects" | "api_keys", uuid: string) {
  const taken = await db.selectFrom(table).select("id").where("uuid", "=", uuid).executeTakeFirst();
  return taken ? crypto.randomUUID() : uuid;
}

const item = (
  part: TransferItem["part"],
  name: string,
  change: TransferItem["change"],
  note: string | null = null,
): TransferItem => ({ part, name, change, note });
