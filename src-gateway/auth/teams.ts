/** Teams of the organisation, and who belongs to them. */
import { randomUUID } from "node:crypto";
import { type Kysely, sql } from "kysely";
import { GatewayError } from "../ir/errors.ts";
import type { Clock } from "../lib/clock.ts";
import { isUniqueViolation } from "../store/database-errors.ts";
import type { Store } from "../store/open-store.ts";
import type { Database } from "../store/schema.ts";
import { whileBusy } from "../store/while-busy.ts";
import { checkName, keyOf, likeOf, organisationOf, takenName, touchUsers } from "./group-names.ts";
import { createMemberships } from "./memberships.ts";
import type { Team, Teams } from "./types.ts";

export function createTeams({ db }: Store, clock: Clock): Teams {
  const find: Teams["find"] = async (idOrName) => {
    const query =
      typeof idOrName === "number"
        ? teamsIn(db).where("teams.id", "=", idOrName)
        : teamsIn(db).where("name_key", "=", keyOf(idOrName));
    const row = await query.executeTakeFirst();
    return row ? toTeam(row) : null;
  };
  const need = async (id: number): Promise<Team> => {
    const team = await find(id);
    if (team) return team;
    throw new GatewayError("not_found", `There is no team ${id}.`);
  };
  return {
    find,
    ...createOrganisation(db, clock),
    async list({ q, afterId, limit } = {}) {
      let query = teamsIn(db).orderBy("teams.id");
      if (q !== undefined && q !== "") query = query.where(sql<boolean>`name_key like ${likeOf(q)} escape '\\'`);
      if (afterId !== undefined) query = query.where("teams.id", ">", afterId);
      if (limit !== undefined) query = query.limit(limit);
      return (await query.execute()).map(toTeam);
    },
    async create(text) {
      const name = checkName("team", text);
      const now = clock.nowUs();
      const { id: organisation_id } = await organisationOf(db, now);
      const times = { created_at: now, updated_at: now };
      const insert = db
        .insertInto("teams")
        .values({ uuid: randomUUID(), organisation_id, name, name_key: keyOf(name), ...times })
        .returning("id");
      const { id } = await whileBusy(() => insert.executeTakeFirstOrThrow()).catch(refuseTaken(name));
      return need(id);
    },
    async rename(id, text) {
      const name = checkName("team", text);
      const set = db
        .updateTable("teams")
        .set({ name, name_key: keyOf(name), updated_at: clock.nowUs() })
        .where("id", "=", id)
        .where("deleted_at", "is", null);
      await whileBusy(() => set.execute()).catch(refuseTaken(name));
      return need(id);
    },
    async remove(id) {
      const team = await need(id);
      await whileBusy(() => db.transaction().execute((transaction) => removeTeam(transaction, id, clock.nowUs())));
      return team;
    },
    ...createMemberships(db, clock, async (id) => void (await need(id))),
  };
}

function createOrganisation(db: Kysely<Database>, clock: Clock): Pick<Teams, "organisation" | "renameOrganisation"> {
  return {
    async organisation() {
      const { id, uuid, name } = await organisationOf(db, clock.nowUs());
      return { id, uuid, name };
    },
    async renameOrganisation(text) {
      const name = checkName("organisation", text);
      const { id, uuid } = await organisationOf(db, clock.nowUs());
      const set = db.updateTable("organisations").set({ name, updated_at: clock.nowUs() }).where("id", "=", id);
      await whileBusy(() => set.execute());
      return { id, uuid, name };
    },
  };
}

const teamsIn = (db: Kysely<Database>) =>
  db
    .selectFrom("teams")
    .select(["teams.id as id", "uuid", "name", "created_at"])
    .select((inner) =>
      inner
        .selectFrom("team_members")
        .whereRef("team_members.team_id", "=", "teams.id")
        .select(({ fn }) => fn.countAll<number>().as("count"))
        .as("members"),
    )
    .where("deleted_at", "is", null);

const toTeam = (row: { id: number; uuid: string; name: string; created_at: number; members: number | null }): Team => ({
  id: row.id,
  uuid: row.uuid,
  name: row.name,
  members: row.members ?? 0,
  createdAtUs: row.created_at,
});

const refuseTaken =
  (name: string) =>
  (error: unknown): never => {
    throw isUniqueViolation(error) ? takenName("team", name) : error;
  };

/** Keys of the team itself end with it; its service account goes as well. */
async function removeTeam(db: Kysely<Database>, id: number, nowUs: number): Promise<void> {
  const services = db
    .selectFrom("users")
    .innerJoin("api_keys", "api_keys.user_id", "users.id")
    .select("users.id")
    .where("kind", "=", "service")
    .where("team_id", "=", id)
    .distinct();
  const serviceIds = (await services.execute()).map((row) => row.id);
  if (serviceIds.length > 0) {
    await db
      .updateTable("api_keys")
      .set({ revoked_at: nowUs, updated_at: nowUs, revoke_reason: "its team was deleted" })
      .where("user_id", "in", serviceIds)
      .where("revoked_at", "is", null)
      .execute();
    await db
      .updateTable("users")
      .set({ deleted_at: nowUs, status: "suspended", updated_at: nowUs })
      .where("id", "in", serviceIds)
      .execute();
  }
  await db.updateTable("api_keys").set({ team_id: null, updated_at: nowUs }).where("team_id", "=", id).execute();
  const members = await db.selectFrom("team_members").select("user_id").where("team_id", "=", id).execute();
  await db.deleteFrom("team_members").where("team_id", "=", id).execute();
  await db.updateTable("projects").set({ team_id: null, updated_at: nowUs }).where("team_id", "=", id).execute();
  await db.updateTable("teams").set({ deleted_at: nowUs, updated_at: nowUs }).where("id", "=", id).execute();
  await touchUsers(
    db,
    members.map(({ user_id }) => user_id),
    nowUs,
  );
}
