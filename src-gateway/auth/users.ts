import { randomUUID } from "node:crypto";
import { type Selectable, sql } from "kysely";
import { GatewayError } from "../ir/errors.ts";
import type { Clock } from "../lib/clock.ts";
import type { Store } from "../store/open-store.ts";
import type { UsersTable } from "../store/schema.ts";
import type { Role, User, Users } from "./types.ts";

export function createUsers({ db }: Store, clock: Clock): Users {
  const living = () => db.selectFrom("users").selectAll().where("deleted_at", "is", null);

  const find: Users["find"] = async (idOrEmail) => {
    const row =
      typeof idOrEmail === "number"
        ? await living().where("id", "=", idOrEmail).executeTakeFirst()
        : await living().where(sql`lower(email)`, "=", idOrEmail.toLowerCase()).executeTakeFirst();
    return row ? toUser(row) : null;
  };

  const create: Users["create"] = async ({ email, displayName, role }) => {
    const address = email.trim();
    if (!/^[^\s@]{1,64}@[^\s@]{1,190}$/.test(address)) {
      throw new GatewayError("invalid_request", `"${address.slice(0, 100)}" is no e-mail address.`, { param: "email" });
    }
    if (await find(address)) throw new GatewayError("conflict", `There is a user with the address ${address} already.`, { param: "email" });
    const now = clock.nowUs();
    const row = await db
      .insertInto("users")
      .values({
        uuid: randomUUID(),
        email: address,
        role: role ?? "gateway_user",
        display_name: displayName?.trim() || address,
        status: "active",
        created_at: now,
        updated_at: now,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    return toUser(row);
  };

  return {
    list: async () => (await living().orderBy("id").execute()).map(toUser),
    find,
    create,
    async setStatus(id, status) {
      const user = await find(id);
      if (!user) throw new GatewayError("not_found", `There is no user ${id}.`);
      if (status === "suspended" && user.role === "root_admin") {
        const roots = (await living().where("role", "=", "root_admin").execute()).map(toUser);
        if (!roots.some((root) => root.id !== id && root.status === "active")) {
          throw new GatewayError("conflict", "This is the last active root_admin. Make another one before you suspend this one.");
        }
      }
      const row = await db
        .updateTable("users")
        .set({ status, updated_at: clock.nowUs() })
        .where("id", "=", id)
        .returningAll()
        .executeTakeFirstOrThrow();
      return toUser(row);
    },
    async ensureRootAdmin(email) {
      const existing = await living().where("role", "=", "root_admin").orderBy("id").executeTakeFirst();
      if (existing) return { user: toUser(existing), created: false };
      try {
        return { user: await create({ email, displayName: "Root administrator", role: "root_admin" }), created: true };
      } catch (error) {
        // Another process may have been first.
        const user = await find(email);
        if (user?.role === "root_admin") return { user, created: false };
        throw error;
      }
    },
  };
}

function toUser(row: Selectable<UsersTable>): User {
  return {
    id: row.id,
    uuid: row.uuid,
    email: row.email,
    displayName: row.display_name,
    role: row.role as Role,
    // The earlier gateway said "inactive".
    status: row.status === "active" ? "active" : "suspended",
    createdAtUs: row.created_at,
  };
}
