import type { Store } from "../store/open-store.ts";
import type { KeyHasher } from "./key-hasher.ts";

const FACT = "auth_secret_check";

/**
 * Whether this process has the secret that the database's keys were hashed with. A replica, or an installation that lost
 * its data folder, would otherwise refuse every key without a word about the reason.
 * @throws Error with a sentence for the operator.
 */
export async function checkAuthSecret({ db }: Store, hasher: KeyHasher): Promise<void> {
  const value = hasher.hash(FACT);
  await db
    .insertInto("facts")
    .values({ name: FACT, value })
    .onConflict((conflict) => conflict.column("name").doNothing())
    .execute();
  const known = await db.selectFrom("facts").select("value").where("name", "=", FACT).executeTakeFirstOrThrow();
  if (known.value === value) return;
  throw new Error(
    "The client keys in this database were made with another auth_secret, so none of them would be recognised. " +
      "Set TOKLIGENCE_AUTH_SECRET to the one of the gateway that made them; gateways that share a database share it.",
  );
}
