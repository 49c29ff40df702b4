import { randomUUID } from "node:crypto";
import type { Selectable } from "kysely";
import { GatewayError } from "../ir/errors.ts";
import type { Clock } from "../lib/clock.ts";
import type { Store } from "../store/open-store.ts";
import type { ApiKeysTable } from "../store/schema.ts";
import { whileBusy } from "../store/while-busy.ts";
import { type KeyHasher, newToken } from "./key-hasher.ts";
import type { ApiKey, ApiKeys } from "./types.ts";
import { readStatus } from "./users.ts";

/** Enough to recognise a key by, and far too little to guess it from. */
const PREFIX_LENGTH = 12;

export function createApiKeys({ db }: Store, hasher: KeyHasher, clock: Clock): ApiKeys {
  return {
    async list(filter = {}) {
      let query = db.selectFrom("api_keys").selectAll().where("deleted_at", "is", null).orderBy("id");
      if (filter.userId !== undefined) query = query.where("user_id", "=", filter.userId);
      return (await query.execute()).map(toApiKey);
    },
    async create({ userId, name, scopes, ttlMs }) {
      if (ttlMs !== undefined && !(Number.isFinite(ttlMs) && ttlMs > 0)) {
        throw new GatewayError("invalid_request", "The time that a key lives must be greater than zero.", {
          param: "ttlMs",
        });
      }
      const user = await db
        .selectFrom("users")
        .select("status")
        .where("id", "=", userId)
        .where("deleted_at", "is", null)
        .executeTakeFirst();
      if (!user) throw new GatewayError("not_found", `There is no user ${userId}.`);
      if (readStatus(user.status) !== "active") {
        throw new GatewayError("user_suspended", "This user is suspended and can get no new keys.");
      }
      const token = newToken();
      const now = clock.nowUs();
      const insert = db.insertInto("api_keys").values({
        uuid: randomUUID(),
        user_id: userId,
        name: name.trim().slice(0, 100) || "key",
        key_hash: hasher.hash(token),
        key_prefix: token.slice(0, PREFIX_LENGTH),
        scopes: JSON.stringify(scopes ?? []),
        expires_at: ttlMs === undefined ? null : now + Math.round(ttlMs * 1000),
        created_at: now,
        updated_at: now,
      });
      const row = await whileBusy(() => insert.returningAll().executeTakeFirstOrThrow());
      return { key: toApiKey(row), token };
    },
    async revoke(id) {
      const now = clock.nowUs();
      // The first revocation is the one that counts.
      const update = db
        .updateTable("api_keys")
        .set({ revoked_at: now, updated_at: now })
        .where("id", "=", id)
        .where("revoked_at", "is", null);
      await whileBusy(() => update.execute());
      const row = await db
        .selectFrom("api_keys")
        .selectAll()
        .where("id", "=", id)
        .where("deleted_at", "is", null)
        .executeTakeFirst();
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
    scopes: readScopes(row.scopes),
    createdAtUs: row.created_at,
    expiresAtUs: row.expires_at,
    revokedAtUs: row.revoked_at,
  };
}

/** A row that somebody edited by hand must not keep all other keys from being read. */
export function readScopes(text: string): string[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.filter((scope) => typeof scope === "string") : [];
  } catch {
    return [];
  }
}
