/**
 * The end of a user. Deleted, they have no access any more, and the log still knows who it was. Erased, their personal data
 * is gone as well; the number stays, because the ledger's sums are told apart by it.
 */
import { randomUUID } from "node:crypto";
import type { Kysely } from "kysely";
import { GatewayError } from "../ir/errors.ts";
import type { Database } from "../store/schema.ts";
import { type Changing, requireExpendable } from "./change-user.ts";
import type { User } from "./types.ts";
import { toUser } from "./user-rows.ts";

/** To be called in a serializable transaction. @throws GatewayError */
export async function removeUser(
  db: Kysely<Database>,
  { id, isHard, by, nowUs }: Changing & { isHard: boolean },
): Promise<{ user: User; apiKeyIds: number[] }> {
  const row = await db.selectFrom("users").selectAll().where("id", "=", id).executeTakeFirst();
  const isGone = row?.deleted_at !== null && !(isHard && row?.erased_at === null);
  if (!row || isGone) throw new GatewayError("not_found", `There is no user ${id}.`);
  const user = toUser(row);
  if (row.deleted_at === null) await requireExpendable(db, user, by, "delete");
  await db
    .updateTable("api_keys")
    .set({ revoked_at: nowUs, updated_at: nowUs, revoke_reason: "its user was deleted" })
    .where("user_id", "=", id)
    .where("revoked_at", "is", null)
    .execute();
  const keys = await db.selectFrom("api_keys").select("id").where("user_id", "=", id).execute();
  await db
    .updateTable("users")
    .set({ status: "suspended", deleted_at: row.deleted_at ?? nowUs, updated_at: nowUs })
    .where("id", "=", id)
    .execute();
  for (const table of ["team_members", "project_members", "sessions", "sign_in_codes"] as const)
    await db.deleteFrom(table).where("user_id", "=", id).execute();
  const apiKeyIds = keys.map((key) => key.id);
  if (isHard) await erase(db, id, apiKeyIds, nowUs);
  return { user, apiKeyIds };
}

async function erase(db: Kysely<Database>, id: number, apiKeyIds: readonly number[], nowUs: number): Promise<void> {
  await db.deleteFrom("user_identities").where("user_id", "=", id).execute();
  await db
    .updateTable("users")
    // What was sent to providers in the user's place leads nowhere any more.
    .set({ email: `erased-${id}@invalid`, display_name: "erased user", uuid: randomUUID(), erased_at: nowUs })
    .where("id", "=", id)
    .execute();
  if (apiKeyIds.length === 0) return;
  await db.deleteFrom("api_key_secrets").where("api_key_id", "in", apiKeyIds).execute();
  for (const keyId of apiKeyIds) {
    await db
      .updateTable("api_keys")
      .set({
        name: "erased",
        key_hash: `erased-${randomUUID()}`,
        key_prefix: "tok_erased",
        scopes: "[]",
        addresses: null,
        revoke_reason: null,
        updated_at: nowUs,
      })
      .where("id", "=", keyId)
      .execute();
  }
}
