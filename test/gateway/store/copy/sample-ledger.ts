/** A database with something in every kind of table. */
import { silentLogger } from "../../../../src-gateway/lib/logger.ts";
import { createBodyRows } from "../../../../src-gateway/store/body-rows.ts";
import { openBodyStore } from "../../../../src-gateway/store/open-body-store.ts";
import type { Store } from "../../../../src-gateway/store/open-store.ts";
import { FIRST_ID } from "../../../support/exchange-records.ts";
import { fillLedger } from "../../../support/filled-ledger.ts";

const MINUTE_US = 60_000_000;
const STOPPED = { host: "here", pid: 1, started_at: 1, heartbeat_at: 1, stopped_at: 1 };
/** All that a text form could stumble over. */
export const ODD_TEXT = "tab\t, break\n\r, back\\slash \\N \\., quote ' \" é 你好 \u{1F600} \b\f\v $1 ?";

export async function fillSample(store: Store, exchanges = 300): Promise<void> {
  const { db } = store;
  for (let n = 0; n < 3; n++) await db.insertInto("instances").values(STOPPED).execute();
  // An id that was drawn and is gone may not be drawn again: chains go by the number of a run.
  await db.deleteFrom("instances").where("id", "=", 3).execute();
  const when = { created_at: 5, updated_at: 2 ** 52 + 1, deleted_at: null };
  const user = {
    uuid: "u-1",
    email: "ann@example.com",
    role: "gateway_user",
    display_name: ODD_TEXT,
    status: "active",
  };
  await db
    .insertInto("users")
    .values({ ...user, ...when })
    .execute();
  const key = { uuid: "k-1", user_id: 1, name: "", key_hash: "h", key_prefix: "tok_", scopes: "[]" };
  await db
    .insertInto("api_keys")
    .values({ ...key, expires_at: null, revoked_at: null, ...when })
    .execute();
  const changes = Array.from({ length: exchanges }, (_, n) => ({
    id: FIRST_ID + n * 7 * MINUTE_US,
    userId: n % 3 === 0 ? null : 1,
    session: n % 5 === 0 ? ODD_TEXT : `s-${n % 40}`,
    provider: n % 2 === 0 ? "anthropic" : "openai",
    modelRouted: ["claude-sonnet-4-5", "gpt-5", "nobody-knows"][n % 3] ?? null,
    outcome: n % 11 === 0 ? ("failed" as const) : ("completed" as const),
  }));
  await fillLedger(store, changes, { instanceId: 1 });
}

export async function fillBodies(ledgerUrl: string): Promise<void> {
  const store = await openBodyStore({ ledgerUrl, log: silentLogger });
  const plain = {
    user_id: null,
    api_key_id: null,
    conversation: "c",
    depth: 0,
    chain_bytes: 0,
    prefix: 0,
    suffix: 0,
    request_bytes: 3,
    request_kept: 3,
    answer_bytes: 0,
    answer_kept: 0,
    stored_bytes: 3,
    head: "{}",
    answer: null,
  };
  const rows = createBodyRows(store);
  await rows.insert([
    {
      ...plain,
      id: FIRST_ID,
      base_id: null,
      request: Buffer.from([0, 255, 92, 10, 9]),
      words: ["zebra", "你", "apple"],
    },
    { ...plain, id: FIRST_ID + 1, base_id: FIRST_ID, request: Buffer.alloc(0), words: ["apple", "b2"] },
  ]);
  await store.close();
}

export async function findWord(ledgerUrl: string, word: string): Promise<number[]> {
  const store = await openBodyStore({ ledgerUrl, log: silentLogger });
  const found = await createBodyRows(store).search([word], { limit: 10 });
  await store.close();
  return found;
}
