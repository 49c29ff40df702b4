/** The keys of the database, in memory: the hot path recognises a caller without touching it. */
import { GatewayError } from "../ir/errors.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import type { Store } from "../store/open-store.ts";
import { fingerprint, type KeyHasher } from "./key-hasher.ts";
import type { KeyRing, Principal, Role } from "./types.ts";

interface KnownKey {
  principal: Principal;
  expiresAtUs: number | null;
  isSuspended: boolean;
}

/** Keys that were shown lately, so that each is hashed with the secret once. */
const MAX_RECENT = 10_000;

export function createKeyRing(store: Store, hasher: KeyHasher, options: { clock: Clock; log: Logger; pollMs?: number }): KeyRing {
  const { clock, log, pollMs = 2_000 } = options;
  let byHash = new Map<string, KnownKey>();
  let recent = new Map<string, KnownKey>();
  let version = "";
  let reloading: Promise<void> | null = null;

  const reload = (): Promise<void> => {
    reloading ??= load().finally(() => {
      reloading = null;
    });
    return reloading;
  };
  const load = async (): Promise<void> => {
    const before = await currentVersion(store);
    byHash = await readKeys(store);
    recent = new Map();
    version = before;
  };
  const timer = setInterval(() => {
    currentVersion(store)
      .then((now) => (now === version ? undefined : reload()))
      .catch((error: unknown) => log.debug({ err: error }, "keys could not be read; the known ones go on"));
  }, pollMs);
  timer.unref();

  const recognise = (token: string): KnownKey => {
    const print = fingerprint(token);
    const known = recent.get(print);
    if (known) return known;
    const found = token.startsWith("tok_") ? byHash.get(hasher.hash(token)) : undefined;
    if (!found) {
      throw new GatewayError("invalid_api_key", "This key is not known to the gateway, or it was revoked. Use a client key (tok_…); `gateway admin api-keys create` makes one.");
    }
    if (recent.size >= MAX_RECENT) recent.clear();
    recent.set(print, found);
    return found;
  };

  return {
    authenticate(token) {
      const key = recognise(token);
      if (key.isSuspended) throw new GatewayError("user_suspended", "The user of this key is suspended. Ask the administrator of the gateway.");
      if (key.expiresAtUs !== null && key.expiresAtUs <= clock.nowUs()) {
        throw new GatewayError("invalid_api_key", "This key has expired. `gateway admin api-keys create` makes a new one.");
      }
      return key.principal;
    },
    reload: async () => {
      // A read that began before the caller's change may not have seen it.
      if (reloading) await reloading;
      await reload();
    },
    stop: () => clearInterval(timer),
  };
}

/** Changes with every change of a key or a user; cheap enough to ask for every few seconds. */
async function currentVersion({ db }: Store): Promise<string> {
  const count = (table: "users" | "api_keys") =>
    db
      .selectFrom(table)
      .select((row) => [row.fn.countAll<number>().as("rows"), row.fn.max("updated_at").as("newest")])
      .executeTakeFirstOrThrow();
  const [users, keys] = [await count("users"), await count("api_keys")];
  return `${users.rows}:${users.newest}:${keys.rows}:${keys.newest}`;
}

async function readKeys({ db }: Store): Promise<Map<string, KnownKey>> {
  const rows = await db
    .selectFrom("api_keys")
    .innerJoin("users", "users.id", "api_keys.user_id")
    .select(["api_keys.id", "api_keys.name", "key_hash", "scopes", "expires_at", "user_id", "email", "role", "status"])
    .where("api_keys.deleted_at", "is", null)
    .where("users.deleted_at", "is", null)
    .execute();
  return new Map(
    rows.map((row): [string, KnownKey] => [
      row.key_hash,
      {
        principal: {
          userId: row.user_id,
          email: row.email,
          role: row.role as Role,
          apiKeyId: row.id,
          keyName: row.name,
          scopes: JSON.parse(row.scopes) as string[],
        },
        expiresAtUs: row.expires_at,
        isSuspended: row.status !== "active",
      },
    ]),
  );
}
