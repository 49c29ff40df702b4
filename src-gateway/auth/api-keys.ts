import { randomUUID } from "node:crypto";
import type { Kysely } from "kysely";
import { GatewayError } from "../ir/errors.ts";
import type { Clock } from "../lib/clock.ts";
import { isBusy, isUniqueViolation } from "../store/database-errors.ts";
import type { Store } from "../store/open-store.ts";
import type { Database } from "../store/schema.ts";
import { whileBusy } from "../store/while-busy.ts";
import { type KeyHasher, newToken, prefixOf } from "./key-hasher.ts";
import { checkAddresses, checkLimits } from "./key-limits.ts";
import { findKey, keysIn, nameLike, toApiKey } from "./key-rows.ts";
import type { KeyTerms } from "./key-types.ts";
import { refuseRevoked, rotateKey } from "./rotate-key.ts";
import { checkScopes } from "./scopes.ts";
import { requireMembership, requireProject, requireTeam, serviceAccountOf } from "./service-account.ts";
import type { ApiKey, ApiKeys, KeyChange, KeyFilter, NewKey } from "./types.ts";
import { readStatus } from "./user-rows.ts";

export function createApiKeys({ db }: Store, hasher: KeyHasher, clock: Clock): ApiKeys {
  const atOnce = <Result>(work: (transaction: Kysely<Database>) => Promise<Result>): Promise<Result> =>
    // The account of a team may be made by two at the same moment.
    whileBusy(() => db.transaction().execute(work), {
      isPassing: (error) => isBusy(error) || isUniqueViolation(error),
    });
  const need = async (id: number, from: Kysely<Database> = db): Promise<ApiKey> => {
    const key = await findKey(from, id, clock.nowUs());
    if (key) return key;
    throw new GatewayError("not_found", `There is no key ${id}.`);
  };
  return {
    list: (filter = {}) => listKeys(db, filter, clock.nowUs()),
    find: (id) => findKey(db, id, clock.nowUs()),
    async create(input) {
      const token = newToken();
      const id = await atOnce((transaction) => insertKey(transaction, input, { token, hasher, nowUs: clock.nowUs() }));
      return { key: await need(id), token };
    },
    async update(id, change) {
      await atOnce(async (transaction) => updateKey(transaction, await need(id, transaction), change, clock.nowUs()));
      return need(id);
    },
    async rotate(id, overlapMs) {
      const token = newToken();
      await atOnce((transaction) => rotateKey(transaction, { id, overlapMs, token, hasher, nowUs: clock.nowUs() }));
      return { key: await need(id), token };
    },
    async revoke(id, reason) {
      const now = clock.nowUs();
      // The first revocation is the one that counts.
      const update = db
        .updateTable("api_keys")
        .set({ revoked_at: now, updated_at: now, revoke_reason: reason?.trim().slice(0, 200) || null })
        .where("id", "=", id)
        .where("revoked_at", "is", null);
      await whileBusy(() => update.execute());
      return need(id);
    },
  };
}

async function listKeys(db: Kysely<Database>, filter: KeyFilter, nowUs: number): Promise<ApiKey[]> {
  const { userId, teamId, state, q, afterId, limit } = filter;
  let query = keysIn(db, nowUs).orderBy("api_keys.id");
  if (userId !== undefined) query = query.where("user_id", "=", userId);
  if (teamId !== undefined) query = query.where("api_keys.team_id", "=", teamId);
  if (afterId !== undefined) query = query.where("api_keys.id", ">", afterId);
  if (q !== undefined && q !== "") query = query.where(nameLike(q));
  if (state !== undefined) query = query.where("revoked_at", state === "revoked" ? "is not" : "is", null);
  if (state === "active")
    query = query.where((or) => or.or([or("expires_at", "is", null), or("expires_at", ">", nowUs)]));
  if (state === "expired") query = query.where("expires_at", "<=", nowUs);
  if (limit !== undefined) query = query.limit(limit);
  return (await query.execute()).map(toApiKey);
}

interface Made {
  token: string;
  hasher: KeyHasher;
  nowUs: number;
}

async function insertKey(db: Kysely<Database>, input: NewKey, { token, hasher, nowUs }: Made): Promise<number> {
  const { name, ttlMs, projectId } = input;
  if (ttlMs !== undefined && !(Number.isFinite(ttlMs) && ttlMs > 0)) {
    throw new GatewayError("invalid_request", "The time that a key lives must be greater than zero.", {
      param: "ttlMs",
    });
  }
  const terms = columnsOf(input);
  const userId = await holderOf(db, input, nowUs);
  if (projectId != null) await requireProject(db, projectId);
  const row = await db
    .insertInto("api_keys")
    .values({
      uuid: randomUUID(),
      user_id: userId,
      name: nameOf(name),
      key_hash: hasher.hash(token),
      key_prefix: prefixOf(token),
      scopes: "[]",
      ...terms,
      expires_at: ttlMs === undefined ? null : nowUs + Math.round(ttlMs * 1000),
      created_at: nowUs,
      updated_at: nowUs,
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  return row.id;
}

async function updateKey(db: Kysely<Database>, key: ApiKey, change: KeyChange, nowUs: number): Promise<void> {
  const terms = columnsOf(change);
  refuseRevoked(key);
  const { teamId, projectId, name, expiresAtUs } = change;
  if (key.isService && teamId !== undefined && teamId !== key.teamId)
    throw new GatewayError("conflict", "This key belongs to its team. Make another one for another team.");
  if (teamId != null && !key.isService) await requireMembership(db, key.userId, teamId);
  if (projectId != null) await requireProject(db, projectId);
  await db
    .updateTable("api_keys")
    .set({
      ...terms,
      ...(name === undefined ? {} : { name: nameOf(name) }),
      ...(expiresAtUs === undefined ? {} : { expires_at: expiresAtUs }),
      updated_at: nowUs,
    })
    .where("id", "=", key.id)
    .execute();
}

const nameOf = (text: string): string => text.trim().slice(0, 100) || "key";

/** What was said of them. @throws GatewayError invalid_request */
function columnsOf({ scopes, limits, addresses, teamId, projectId }: KeyTerms) {
  const kept = limits === undefined ? undefined : checkLimits(limits);
  const places = addresses === undefined ? undefined : checkAddresses(addresses);
  return {
    ...(scopes === undefined ? {} : { scopes: JSON.stringify(checkScopes(scopes)) }),
    ...(kept === undefined ? {} : { limits: kept === null ? null : JSON.stringify(kept) }),
    ...(places === undefined ? {} : { addresses: places === null ? null : JSON.stringify(places) }),
    ...(teamId === undefined ? {} : { team_id: teamId }),
    ...(projectId === undefined ? {} : { project_id: projectId }),
  };
}

/** @throws GatewayError not_found, user_suspended, invalid_request */
async function holderOf(db: Kysely<Database>, { userId, teamId }: NewKey, nowUs: number): Promise<number> {
  if (userId === undefined) {
    if (teamId == null) throw new GatewayError("invalid_request", "Say whose key it is: a user's or a team's.");
    return serviceAccountOf(db, teamId, nowUs);
  }
  const user = await db
    .selectFrom("users")
    .select(["status", "kind"])
    .where("id", "=", userId)
    .where("deleted_at", "is", null)
    .executeTakeFirst();
  if (!user) throw new GatewayError("not_found", `There is no user ${userId}.`);
  if (readStatus(user.status) !== "active") {
    throw new GatewayError("user_suspended", "This user is suspended and can get no new keys.");
  }
  if (teamId != null) await (user.kind === "service" ? requireTeam(db, teamId) : requireMembership(db, userId, teamId));
  return userId;
}
