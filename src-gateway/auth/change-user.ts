/** What of a user can be changed, and what must not be: the gateway always has an active root administrator. */
import type { Kysely } from "kysely";
import { GatewayError } from "../ir/errors.ts";
import type { Database } from "../store/schema.ts";
import { checkEmail } from "./email.ts";
import { ROLES, type Role, USER_STATUSES, type User, type UserChange } from "./types.ts";
import { livingUsers, nameOf, toUser } from "./user-rows.ts";

export interface Changing {
  id: number;
  /** Null for the operator. */
  by: number | null;
  nowUs: number;
}

/** To be called in a serializable transaction. @throws GatewayError */
export async function changeUser(
  db: Kysely<Database>,
  { id, change, by, nowUs }: Changing & { change: UserChange },
): Promise<User> {
  const { role, status, displayName } = change;
  if (status !== undefined && !USER_STATUSES.includes(status)) {
    throw new GatewayError("invalid_request", `A status is one of ${USER_STATUSES.join(", ")}.`, { param: "status" });
  }
  if (role !== undefined && !ROLES.includes(role)) {
    throw new GatewayError("invalid_request", `A role is one of ${ROLES.join(", ")}.`, { param: "role" });
  }
  const email = change.email === undefined ? undefined : checkEmail(change.email);
  const user = await findLiving(db, id);
  if (user.kind === "service" && (role !== undefined || email !== undefined))
    throw new GatewayError("conflict", "This account holds the keys of a team; it has no role or address to change.");
  if (status === "suspended") await requireExpendable(db, user, by, "suspend");
  if (role !== undefined && rankOf(role) < rankOf(user.role)) await requireExpendable(db, user, by, "demote");
  if (email !== undefined && email !== user.email) await requireFree(db, email);
  const row = await db
    .updateTable("users")
    .set({
      updated_at: nowUs,
      ...(email === undefined ? {} : { email }),
      ...(displayName === undefined ? {} : { display_name: nameOf(displayName, email ?? user.email) }),
      ...(role === undefined ? {} : { role }),
      ...(status === undefined ? {} : { status }),
    })
    .where("id", "=", id)
    .returningAll()
    .executeTakeFirstOrThrow();
  return toUser(row);
}

/** @throws GatewayError not_found */
async function findLiving(db: Kysely<Database>, id: number): Promise<User> {
  const row = await livingUsers(db).where("id", "=", id).executeTakeFirst();
  if (!row) throw new GatewayError("not_found", `There is no user ${id}.`);
  return toUser(row);
}

const OF_SELF = {
  suspend: "You cannot suspend yourself. Ask another administrator.",
  demote: "You cannot take your own role away. Ask another administrator.",
  delete: "You cannot delete yourself. Ask another administrator.",
};

/** @throws GatewayError conflict when nobody could run the gateway afterwards, or somebody locks themselves out. */
export async function requireExpendable(
  db: Kysely<Database>,
  user: User,
  by: number | null,
  what: keyof typeof OF_SELF,
): Promise<void> {
  if (by === user.id) throw new GatewayError("conflict", OF_SELF[what]);
  if (user.role !== "root_admin" || user.status !== "active") return;
  const other = await livingUsers(db)
    .where("role", "=", "root_admin")
    .where("status", "=", "active")
    .where("id", "<>", user.id)
    .executeTakeFirst();
  if (other) return;
  throw new GatewayError(
    "conflict",
    `This is the last active root_admin. Make another one before you ${what} this one.`,
  );
}

async function requireFree(db: Kysely<Database>, email: string): Promise<void> {
  if (await livingUsers(db).where("email", "=", email).executeTakeFirst()) throw takenAddress(email);
}

export const takenAddress = (email: string): GatewayError =>
  new GatewayError("conflict", `There is a user with the address ${email} already.`, { param: "email" });

/** The list begins with the one that may most. */
const rankOf = (role: Role): number => -ROLES.indexOf(role);
