/** A new token for a key that stays what it is: its number, name, limits and use go on. */
import type { Kysely } from "kysely";
import { GatewayError } from "../ir/errors.ts";
import type { Database } from "../store/schema.ts";
import { type KeyHasher, prefixOf } from "./key-hasher.ts";
import { keysIn, toApiKey } from "./key-rows.ts";
import type { ApiKey } from "./types.ts";
import { readStatus } from "./user-rows.ts";

/** @throws GatewayError conflict */
export function refuseRevoked({ id, revokedAtUs }: ApiKey): void {
  if (revokedAtUs !== null) throw new GatewayError("conflict", `Key ${id} was revoked. Make a new one.`);
}

interface Rotation {
  id: number;
  overlapMs: number;
  token: string;
  hasher: KeyHasher;
  nowUs: number;
}

export async function rotateKey(
  db: Kysely<Database>,
  { id, overlapMs, token, hasher, nowUs }: Rotation,
): Promise<void> {
  if (!(Number.isFinite(overlapMs) && overlapMs >= 0))
    throw new GatewayError("invalid_request", "The time of overlap is zero or more.", { param: "overlapMs" });
  const row = await keysIn(db, nowUs)
    .select("users.status as user_status")
    .where("api_keys.id", "=", id)
    .executeTakeFirst();
  if (!row) throw new GatewayError("not_found", `There is no key ${id}.`);
  refuseRevoked(toApiKey(row));
  if (row.expires_at !== null && row.expires_at <= nowUs)
    throw new GatewayError("conflict", `Key ${id} has expired. Give it more time first, or make a new one.`);
  if (readStatus(row.user_status) !== "active")
    throw new GatewayError("user_suspended", "This user is suspended and can get no new keys.");
  await db.deleteFrom("api_key_secrets").where("api_key_id", "=", id).where("expires_at", "<=", nowUs).execute();
  if (overlapMs > 0) {
    await db
      .insertInto("api_key_secrets")
      .values({
        key_hash: row.key_hash,
        api_key_id: id,
        key_prefix: row.key_prefix,
        expires_at: nowUs + Math.round(overlapMs * 1000),
        created_at: nowUs,
      })
      .execute();
  } else await db.deleteFrom("api_key_secrets").where("api_key_id", "=", id).execute();
  await db
    .updateTable("api_keys")
    .set({ key_hash: hasher.hash(token), key_prefix: prefixOf(token), updated_at: nowUs })
    .where("id", "=", id)
    .execute();
}
