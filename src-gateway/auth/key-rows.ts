/** Client keys as they stand in the database. */
import { type Kysely, type Selectable, sql } from "kysely";
import type { ApiKeysTable, Database } from "../store/schema.ts";
import { readAddressList, readLimits } from "./key-limits.ts";
import type { ApiKey } from "./types.ts";

export type KeyRow = Selectable<ApiKeysTable> & { kind: string; previous_until: number | null };

/** @param nowUs tokens from before a rotation that have ended by then are none any more. */
export const keysIn = (db: Kysely<Database>, nowUs: number) =>
  db
    .selectFrom("api_keys")
    .innerJoin("users", "users.id", "api_keys.user_id")
    .selectAll("api_keys")
    .select("users.kind as kind")
    .select((inner) =>
      inner
        .selectFrom("api_key_secrets")
        .select(({ fn }) => fn.max("expires_at").as("until"))
        .whereRef("api_key_id", "=", "api_keys.id")
        .where("expires_at", ">", nowUs)
        .as("previous_until"),
    )
    .where("api_keys.deleted_at", "is", null);

export async function findKey(db: Kysely<Database>, id: number, nowUs: number): Promise<ApiKey | null> {
  const row = await keysIn(db, nowUs).where("api_keys.id", "=", id).executeTakeFirst();
  return row ? toApiKey(row) : null;
}

export function toApiKey(row: KeyRow): ApiKey {
  return {
    id: row.id,
    uuid: row.uuid,
    userId: row.user_id,
    teamId: row.team_id,
    isService: row.kind === "service",
    projectId: row.project_id,
    name: row.name,
    prefix: row.key_prefix,
    scopes: readScopes(row.scopes),
    limits: readLimits(row.limits),
    addresses: readAddressList(row.addresses),
    createdAtUs: row.created_at,
    expiresAtUs: row.expires_at,
    revokedAtUs: row.revoked_at,
    revokeReason: row.revoke_reason,
    lastUsedAtUs: row.last_used_at,
    previousUntilUs: row.revoked_at === null ? row.previous_until : null,
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

export const nameLike = (q: string) => {
  const words = `%${q.toLowerCase().replace(/[\\%_]/g, "\\$&")}%`;
  return sql<boolean>`(lower(api_keys.name) like ${words} escape '\\' or lower(key_prefix) like ${words} escape '\\')`;
};
