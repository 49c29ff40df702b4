import type { Kysely } from "kysely";
import type { Database } from "../store/schema.ts";
import { CHAIN_START, hashOf } from "./act-rows.ts";
import type { ChainReport } from "./types.ts";

/** The act that says which acts were removed because they were old. */
export const PRUNE_ACTION = "audit.prune";
const ROWS_AT_ONCE = 1_000;

export async function verifyChain(db: Kysely<Database>): Promise<ChainReport> {
  let place = 0;
  let before = CHAIN_START;
  let acts = 0;
  for (;;) {
    const rows = await db
      .selectFrom("audit_log")
      .selectAll()
      .where("id", ">", place)
      .orderBy("id")
      .limit(ROWS_AT_ONCE)
      .execute();
    for (const row of rows) {
      // The beginning may be gone; then a later act says up to where, and what the hash was there.
      if (acts === 0 && row.id > 1) {
        const removed = await hashBefore(db, row.id);
        if (removed === null) return { acts: 0, isIntact: false, firstWrong: row.id, head: null };
        [place, before] = [row.id - 1, removed];
      }
      if (row.id !== place + 1 || row.hash !== hashOf(before, row))
        return { acts, isIntact: false, firstWrong: row.id, head: null };
      [place, before] = [row.id, row.hash];
      acts++;
    }
    if (rows.length < ROWS_AT_ONCE) break;
  }
  return { acts, isIntact: true, firstWrong: null, head: acts === 0 ? null : { id: place, hash: before } };
}

async function hashBefore(db: Kysely<Database>, id: number): Promise<string | null> {
  const acts = await db
    .selectFrom("audit_log")
    .select("state_after")
    .where("action", "=", PRUNE_ACTION)
    .orderBy("id", "desc")
    .execute();
  for (const { state_after: text } of acts) {
    try {
      const said = JSON.parse(text ?? "null") as { throughId?: unknown; hash?: unknown } | null;
      if (said?.throughId === id - 1 && typeof said.hash === "string") return said.hash;
    } catch {
      // Somebody edited it by hand; another act may still say it.
    }
  }
  return null;
}
