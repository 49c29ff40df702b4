import type { Kysely } from "kysely";
import type { Database } from "../store/schema.ts";

/** Times of the old ledger are whole seconds at worst, so many entries want the same id. */
export async function freeIds(db: Kysely<Database>, moments: readonly number[]): Promise<number[]> {
  const ids: number[] = [];
  const given = new Set<number>();
  for (const atUs of moments) {
    let id = atUs;
    for (;;) {
      while (given.has(id)) id++;
      const holder = await db.selectFrom("exchanges").select("id").where("id", "=", id).executeTakeFirst();
      if (!holder) break;
      // Past all that follow each other without a gap, in one look.
      const next = await db
        .selectFrom("exchanges")
        .select("id")
        .where("id", ">=", id)
        .where("id", "<", id + 2_000)
        .orderBy("id")
        .execute();
      while (next[0]?.id === id) {
        next.shift();
        id++;
      }
    }
    given.add(id);
    ids.push(id);
  }
  return ids;
}
