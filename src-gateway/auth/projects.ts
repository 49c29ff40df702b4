/** Projects: what a key's requests are for when they do not say so themselves. */
import { randomUUID } from "node:crypto";
import { type Kysely, sql } from "kysely";
import { GatewayError } from "../ir/errors.ts";
import type { Clock } from "../lib/clock.ts";
import { isUniqueViolation } from "../store/database-errors.ts";
import type { Store } from "../store/open-store.ts";
import type { Database } from "../store/schema.ts";
import { whileBusy } from "../store/while-busy.ts";
import { checkName, keyOf, likeOf, organisationOf, takenName } from "./group-names.ts";
import type { Project, Projects } from "./types.ts";
import { livingUsers } from "./user-rows.ts";

export function createProjects({ db }: Store, clock: Clock): Projects {
  const find: Projects["find"] = async (idOrName) => {
    const query =
      typeof idOrName === "number"
        ? projectsIn(db).where("projects.id", "=", idOrName)
        : projectsIn(db).where("name_key", "=", keyOf(idOrName));
    const row = await query.executeTakeFirst();
    return row ? toProject(row) : null;
  };
  const need = async (id: number): Promise<Project> => {
    const project = await find(id);
    if (project) return project;
    throw new GatewayError("not_found", `There is no project ${id}.`);
  };
  const save = async (id: number, values: { name?: string; name_key?: string; team_id?: number | null }) => {
    const set = db
      .updateTable("projects")
      .set({ ...values, updated_at: clock.nowUs() })
      .where("id", "=", id);
    await whileBusy(() => set.execute()).catch(refuseTaken(values.name ?? ""));
    return need(id);
  };
  return {
    find,
    async list({ q, teamId, afterId, limit } = {}) {
      let query = projectsIn(db).orderBy("projects.id");
      if (q !== undefined && q !== "") query = query.where(sql<boolean>`name_key like ${likeOf(q)} escape '\\'`);
      if (teamId !== undefined) query = query.where("team_id", "=", teamId);
      if (afterId !== undefined) query = query.where("projects.id", ">", afterId);
      if (limit !== undefined) query = query.limit(limit);
      return (await query.execute()).map(toProject);
    },
    async create({ name: text, teamId = null }) {
      const name = checkName("project", text);
      await needTeam(db, teamId);
      const now = clock.nowUs();
      const { id: organisation_id } = await organisationOf(db, now);
      const times = { created_at: now, updated_at: now };
      const insert = db
        .insertInto("projects")
        .values({ uuid: randomUUID(), organisation_id, team_id: teamId, name, name_key: keyOf(name), ...times })
        .returning("id");
      const { id } = await whileBusy(() => insert.executeTakeFirstOrThrow()).catch(refuseTaken(name));
      return need(id);
    },
    async update(id, change) {
      await need(id);
      const name = change.name === undefined ? undefined : checkName("project", change.name);
      if (change.teamId !== undefined) await needTeam(db, change.teamId);
      return save(id, {
        ...(name === undefined ? {} : { name, name_key: keyOf(name) }),
        ...(change.teamId === undefined ? {} : { team_id: change.teamId }),
      });
    },
    async remove(id) {
      const project = await need(id);
      await whileBusy(() => db.transaction().execute((transaction) => removeProject(transaction, id, clock.nowUs())));
      return project;
    },
    ...createParticipation(db, clock, async (id) => void (await need(id))),
  };
}

function createParticipation(
  db: Kysely<Database>,
  clock: Clock,
  need: (id: number) => Promise<void>,
): Pick<Projects, "members" | "addMember" | "removeMember"> {
  return {
    async members(id) {
      await need(id);
      const rows = await db
        .selectFrom("project_members")
        .innerJoin("users", "users.id", "user_id")
        .select(["user_id", "email", "display_name"])
        .where("project_id", "=", id)
        .where("deleted_at", "is", null)
        .orderBy("user_id")
        .execute();
      return rows.map((row) => ({ userId: row.user_id, email: row.email, displayName: row.display_name }));
    },
    async addMember(id, userId) {
      await need(id);
      const user = await livingUsers(db).where("id", "=", userId).where("kind", "<>", "service").executeTakeFirst();
      if (!user) throw new GatewayError("not_found", `There is no user ${userId}.`);
      const insert = db
        .insertInto("project_members")
        .values({ project_id: id, user_id: userId, created_at: clock.nowUs() })
        .onConflict((conflict) => conflict.columns(["project_id", "user_id"]).doNothing());
      await whileBusy(() => insert.execute());
    },
    async removeMember(id, userId) {
      await need(id);
      const remove = db.deleteFrom("project_members").where("project_id", "=", id).where("user_id", "=", userId);
      const { numDeletedRows } = await whileBusy(() => remove.executeTakeFirst());
      if (numDeletedRows === 0n) throw new GatewayError("not_found", `User ${userId} is no member of this project.`);
    },
  };
}

const projectsIn = (db: Kysely<Database>) =>
  db
    .selectFrom("projects")
    .select(["projects.id as id", "uuid", "name", "team_id", "created_at"])
    .select((inner) =>
      inner
        .selectFrom("project_members")
        .whereRef("project_members.project_id", "=", "projects.id")
        .select(({ fn }) => fn.countAll<number>().as("count"))
        .as("members"),
    )
    .where("deleted_at", "is", null);

interface Row {
  id: number;
  uuid: string;
  name: string;
  team_id: number | null;
  created_at: number;
  members: number | null;
}

const toProject = (row: Row): Project => ({
  id: row.id,
  uuid: row.uuid,
  name: row.name,
  teamId: row.team_id,
  members: row.members ?? 0,
  createdAtUs: row.created_at,
});

const refuseTaken =
  (name: string) =>
  (error: unknown): never => {
    throw isUniqueViolation(error) ? takenName("project", name) : error;
  };

/** @throws GatewayError not_found */
async function needTeam(db: Kysely<Database>, id: number | null): Promise<void> {
  if (id === null) return;
  const row = await db.selectFrom("teams").select("id").where("id", "=", id).where("deleted_at", "is", null).execute();
  if (row.length === 0) throw new GatewayError("not_found", `There is no team ${id}.`, { param: "teamId" });
}

async function removeProject(db: Kysely<Database>, id: number, nowUs: number): Promise<void> {
  const ended = { updated_at: nowUs };
  await db
    .updateTable("api_keys")
    .set({ project_id: null, ...ended })
    .where("project_id", "=", id)
    .execute();
  await db.deleteFrom("project_members").where("project_id", "=", id).execute();
  await db
    .updateTable("projects")
    .set({ deleted_at: nowUs, ...ended })
    .where("id", "=", id)
    .execute();
}
