import { sql } from "kysely";
import type { Store } from "../store/open-store.ts";
import { readScopes } from "./api-keys.ts";
import type { Principal } from "./types.ts";
import { readRole, readStatus } from "./users.ts";

export interface KnownKey {
  principal: Principal;
  expiresAtUs: number | null;
  isSuspended: boolean;
}

/** Every key that could be used, by its stored hash; a suspended user's too, who is to be told so. */
export async function readKeys({ db }: Store): Promise<Map<string, KnownKey>> {
  const rows = await db
    .selectFrom("api_keys")
    .innerJoin("users", "users.id", "api_keys.user_id")
    .select(["api_keys.id", "api_keys.name", "key_hash", "scopes", "expires_at", "user_id", "email", "role", "status"])
    .where("api_keys.deleted_at", "is", null)
    .where("revoked_at", "is", null)
    .where("users.deleted_at", "is", null)
    .execute();
  return new Map(
    rows.map((row): [string, KnownKey] => [
      row.key_hash,
      {
        principal: {
          userId: row.user_id,
          email: row.email,
          role: readRole(row.role),
          apiKeyId: row.id,
          keyName: row.name,
          scopes: readScopes(row.scopes),
        },
        expiresAtUs: row.expires_at,
        isSuspended: readStatus(row.status) === "suspended",
      },
    ]),
  );
}

/**
 * Differs after every change of a key or a user, with one small query. Sums rather than the newest time: a change made by
 * a replica whose clock is behind would not be the newest.
 */
export async function readKeysVersion({ db }: Store): Promise<string> {
  const { rows } = await sql<{ users: number; changes: number; keys: number; key_changes: number }>`
    select
      (select count(*) from users) as users,
      (select coalesce(sum(updated_at % 2147483647), 0) from users) as changes,
      (select count(*) from api_keys) as keys,
      (select coalesce(sum(updated_at % 2147483647), 0) from api_keys) as key_changes`.execute(db);
  return JSON.stringify(rows[0]);
}
