/** The people of the gateway. `auth/` answers who is asking: users, their client keys, and the keys in memory. */
import { randomUUID } from "node:crypto";
import { type Kysely, sql } from "kysely";
import { GatewayError } from "../ir/errors.ts";
import type { Clock } from "../lib/clock.ts";
import { isUniqueViolation } from "../store/database-errors.ts";
import type { Store } from "../store/open-store.ts";
import type { Database } from "../store/schema.ts";
import { whileBusy } from "../store/while-busy.ts";
import { changeUser, takenAddress } from "./change-user.ts";
import { checkEmail, normaliseEmail } from "./email.ts";
import { exportUsers } from "./export-users.ts";
import { importUsers } from "./import-users.ts";
import { removeUser } from "./remove-user.ts";
import { ROLES, type User, type UserFilter, type Users } from "./types.ts";
import { livingUsers, nameOf, readStatus, toUser } from "./user-rows.ts";

export function createUsers({ db }: Store, clock: Clock): Users {
  /** Serializable: two admins who suspend each other at the same moment must not both succeed. */
  const atOnce = <Result>(work: (transaction: Kysely<Database>) => Promise<Result>): Promise<Result> =>
    whileBusy(() => db.transaction().setIsolationLevel("serializable").execute(work));

  const create: Users["create"] = async ({ email, displayName, role = "gateway_user" }) => {
    const address = checkEmail(email);
    if (!ROLES.includes(role)) {
      throw new GatewayError("invalid_request", `A role is one of ${ROLES.join(", ")}.`, { param: "role" });
    }
    const now = clock.nowUs();
    const insert = db.insertInto("users").values({
      uuid: randomUUID(),
      email: address,
      role,
      display_name: nameOf(displayName, address),
      status: "active",
      created_at: now,
      updated_at: now,
    });
    try {
      return toUser(await whileBusy(() => insert.returningAll().executeTakeFirstOrThrow()));
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw takenAddress(address);
    }
  };
  const update: Users["update"] = async (id, change, by = null) => {
    try {
      return await atOnce((transaction) => changeUser(transaction, { id, change, by, nowUs: clock.nowUs() }));
    } catch (error) {
      // Somebody else has taken it since it was looked for.
      if (isUniqueViolation(error)) throw takenAddress(change.email ?? "");
      throw error;
    }
  };

  return {
    list: (filter = {}) => listUsers(db, filter),
    async find(idOrEmail) {
      const column = typeof idOrEmail === "number" ? "id" : "email";
      const value = typeof idOrEmail === "number" ? idOrEmail : normaliseEmail(idOrEmail);
      const row = await livingUsers(db).where(column, "=", value).executeTakeFirst();
      return row ? toUser(row) : null;
    },
    create,
    update,
    setStatus: (id, status, by) => update(id, { status }, by),
    remove: (id, { isHard = false, by = null } = {}) =>
      atOnce((transaction) => removeUser(transaction, { id, isHard, by, nowUs: clock.nowUs() })),
    import: (text, options = {}) => importUsers(db, text, options, clock.nowUs()),
    export: () => exportUsers(db),
    async ensureRootAdmin(email) {
      const existing = await rootAdmin(db);
      if (existing) return { user: existing, created: false };
      try {
        return { user: await create({ email, displayName: "Root administrator", role: "root_admin" }), created: true };
      } catch (error) {
        // Another process may have been first.
        const other = await rootAdmin(db);
        if (other) return { user: other, created: false };
        throw error;
      }
    },
  };
}

async function rootAdmin(db: Kysely<Database>): Promise<User | null> {
  const row = await livingUsers(db)
    .where("role", "=", "root_admin")
    .orderBy(sql`case when status = 'active' then 0 else 1 end`)
    .orderBy("id")
    .executeTakeFirst();
  return row ? toUser(row) : null;
}

async function listUsers(db: Kysely<Database>, filter: UserFilter): Promise<User[]> {
  const { q, role, status, teamId, afterId, limit, withServices = false } = filter;
  let query = livingUsers(db).orderBy("id");
  if (!withServices) query = query.where("kind", "<>", "service");
  if (role !== undefined) query = query.where("role", "=", role);
  if (status !== undefined) query = query.where("status", status === "active" ? "=" : "<>", "active");
  if (afterId !== undefined) query = query.where("id", ">", afterId);
  if (limit !== undefined) query = query.limit(limit);
  if (teamId !== undefined) {
    query = query.where("id", "in", (inner) =>
      inner.selectFrom("team_members").select("user_id").where("team_id", "=", teamId),
    );
  }
  if (q !== undefined && q !== "") {
    const words = `%${q.toLowerCase().replace(/[\\%_]/g, "\\$&")}%`;
    query = query.where(
      sql<boolean>`(email like ${words} escape '\\' or lower(display_name) like ${words} escape '\\')`,
    );
  }
  const found = (await query.execute()).map(toUser);
  // A role that this program does not know is none of those that were asked for.
  return found.filter((user) => (role === undefined || user.role === role) && readStatus(user.status) === user.status);
}
