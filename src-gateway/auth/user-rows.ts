/** Users as they stand in the database. */
import type { Kysely, Selectable } from "kysely";
import type { Database, UsersTable } from "../store/schema.ts";
import { ROLES, type Role, type User, type UserStatus } from "./types.ts";

export const livingUsers = (db: Kysely<Database>) => db.selectFrom("users").selectAll().where("deleted_at", "is", null);

export function toUser(row: Selectable<UsersTable>): User {
  return {
    id: row.id,
    uuid: row.uuid,
    email: row.email,
    displayName: row.display_name,
    role: readRole(row.role),
    status: readStatus(row.status),
    createdAtUs: row.created_at,
    ...(row.kind === "service" ? { kind: "service" as const } : {}),
  };
}

/** A word that this program does not know gives no rights. */
export const readRole = (text: string): Role => ROLES.find((role) => role === text) ?? "gateway_user";

/** The earlier gateway said `inactive`. */
export const readStatus = (text: string): UserStatus => (text === "active" ? "active" : "suspended");

export const nameOf = (displayName: string | undefined, email: string): string =>
  displayName?.trim().slice(0, 200) || email;
