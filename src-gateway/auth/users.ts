/** The people of the gateway. `auth/` answers who is asking: users, their client keys, and the keys in memory. */
import { randomUUID } from "node:crypto";
import { type Kysely, type Selectable, sql } from "kysely";
import { GatewayError } from "../ir/errors.ts";
import type { Clock } from "../lib/clock.ts";
import { isUniqueViolation } from "../store/database-errors.ts";
import type { Store } from "../store/open-store.ts";
import type { Database, UsersTable } from "../store/schema.ts";
import { whileBusy } from "../store/while-busy.ts";
import { checkEmail, normaliseEmail } from "./email.ts";
import { ROLES, type Role, USER_STATUSES, type User, type UserStatus, type Users } from "./types.ts";

export function createUsers({ db }: Store, clock: Clock): Users {
  const find: Users["find"] = async (idOrEmail) => {
    const column = typeof idOrEmail === "number" ? "id" : "email";
    const value = typeof idOrEmail === "number" ? idOrEmail : normaliseEmail(idOrEmail);
    const row = await living(db).where(column, "=", value).executeTakeFirst();
    return row ? toUser(row) : null;
  };

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
      display_name: displayName?.trim().slice(0, 200) || address,
      status: "active",
      created_at: now,
      updated_at: now,
    });
    try {
      return toUser(await whileBusy(() => insert.returningAll().executeTakeFirstOrThrow()));
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw new GatewayError("conflict", `There is a user with the address ${address} already.`, { param: "email" });
    }
  };

  return {
    list: async () => (await living(db).orderBy("id").execute()).map(toUser),
    find,
    create,
    setStatus: (id, status) =>
      // Serializable: two admins who suspend each other at the same moment must not both succeed.
      whileBusy(() =>
        db
          .transaction()
          .setIsolationLevel("serializable")
          .execute((transaction) => setStatus(transaction, { id, status, nowUs: clock.nowUs() })),
      ),
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

const living = (db: Kysely<Database>) => db.selectFrom("users").selectAll().where("deleted_at", "is", null);

async function rootAdmin(db: Kysely<Database>): Promise<User | null> {
  const row = await living(db)
    .where("role", "=", "root_admin")
    .orderBy(sql`case when status = 'active' then 0 else 1 end`)
    .orderBy("id")
    .executeTakeFirst();
  return row ? toUser(row) : null;
}

async function setStatus(
  db: Kysely<Database>,
  change: { id: number; status: UserStatus; nowUs: number },
): Promise<User> {
  const { id, status, nowUs } = change;
  if (!USER_STATUSES.includes(status)) {
    throw new GatewayError("invalid_request", `A status is one of ${USER_STATUSES.join(", ")}.`, { param: "status" });
  }
  const user = await living(db).where("id", "=", id).executeTakeFirst();
  if (!user) throw new GatewayError("not_found", `There is no user ${id}.`);
  if (status === "suspended" && user.role === "root_admin") {
    const other = await living(db)
      .where("role", "=", "root_admin")
      .where("status", "=", "active")
      .where("id", "<>", id)
      .executeTakeFirst();
    if (!other) {
      throw new GatewayError(
        "conflict",
        "This is the last active root_admin. Make another one before you suspend this one.",
      );
    }
  }
  const row = await db
    .updateTable("users")
    .set({ status, updated_at: nowUs })
    .where("id", "=", id)
    .returningAll()
    .executeTakeFirstOrThrow();
  return toUser(row);
}

function toUser(row: Selectable<UsersTable>): User {
  return {
    id: row.id,
    uuid: row.uuid,
    email: row.email,
    displayName: row.display_name,
    role: readRole(row.role),
    status: readStatus(row.status),
    createdAtUs: row.created_at,
  };
}

/** A word that this program does not know gives no rights. */
export const readRole = (text: string): Role => ROLES.find((role) => role === text) ?? "gateway_user";

/** The earlier gateway said `inactive`. */
export const readStatus = (text: string): UserStatus => (text === "active" ? "active" : "suspended");
