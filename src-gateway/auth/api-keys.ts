import { randomUUID } from "node:crypto";
import type { Selectable } from "kysely";
import { GatewayError } from "../ir/errors.ts";
import type { Clock } from "../lib/clock.ts";
import type { Store } from "../store/open-store.ts";
import type { ApiKeysTable } from "../store/schema.ts";
import { type KeyHasher, newToken } from "./key-hasher.ts";
import type { ApiKey, ApiKeys } from "./types.ts";

export function createApiKeys({ db }: Store, hasher: KeyHasher, clock: Clock): ApiKeys {
  return {
    async list(filter = {}) {
      let query = db.selectFrom("api_keys").selectAll().orderBy("id");
      if (filter.userId !== undefined) query = query.where("user_id", "=", filter.userId);
      return (await query.execute()).map(toApiKey);
    },
    async create({ userId, name, scopes, ttlMs }) {
      const user = await db.selectFrom("users").select("status").where("id", "=", userId).where("deleted_at", "is", null).executeTakeFirst();
      if (!user) throw new GatewayError("not_found", `There is no user ${userId}.`);
      if (user.status !== "active") throw new GatewayError("user_suspended", "This user is suspended and can get no new keys.");
      const token = newToken();
      const now = clock.nowUs();
      const row = await db
        .insertInto("api_keys")
        .values({
          uuid: randomUUID(),
          user_id: userId,
          name: name.trim().slice(0, 100) || "key",
          key_hash: hasher.hash(token),
          key_prefix: token.slice(0, 12),
          scopes: JSON.stringify(scopes ?? []),
          expires_at: ttlMs === undefined ? null : now + ttlMs * 1000,
          created_at: now,
          updated_at: now,
        })
        .returningAll()
        .executeTakeFirstOrThrow();
      return { key: toApiKey(row), token };
    },
    async revoke(id) {
      const now = clock.nowUs();
      await db.updateTable("api_keys").set({ deleted_at: now, updated_at: now }).where("id", "=", id).where("deleted_at", "is", null).execute();
      const row = await db.selectFrom("api_keys").selectAll().where("id", "=", id).executeTakeFirst();
      if (!row) throw new GatewayError("not_found", `There is no key ${id}.`);
      return toApiKey(row);
    },
  };
}

function toApiKey(row: Selectable<ApiKeysTable>): ApiKey {
  return {
    id: row.id,
    uuid: row.uuid,
    userId: row.user_id,
    name: row.name,
    prefix: row.key_prefix,
    scopes: JSON.parse(row.scopes) as string[],
    createdAtUs: row.created_at,
    expiresAtUs: row.expires_at,
    revokedAtUs: row.deleted_at,
  };
}
