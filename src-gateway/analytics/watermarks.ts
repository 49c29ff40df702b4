/**
 * How far each chain was confirmed, and which gateway feeds: kept in the ledger's own database, by target. Two that feed at
 * once would send everything twice and lose nothing, so the claim may be judged by clocks that differ.
 */
import { randomUUID } from "node:crypto";
import type { Kysely } from "kysely";
import type { Clock } from "../lib/clock.ts";
import type { Store } from "../store/open-store.ts";
import type { Database } from "../store/schema.ts";
import { whileBusy } from "../store/while-busy.ts";

const CLAIM_US = 60_000_000;
/** Not with every look: each is a write. */
const RENEW_US = 20_000_000;
const LEDGER_NAME = "analytics_ledger";

export interface Watermarks {
  /** The ledger's own name, made once. */
  ledgerName(): Promise<string>;
  /** Places by run. */
  read(): Promise<Map<number, number>>;
  save(places: ReadonlyMap<number, number>): Promise<void>;
  /** All of them, for a table that is empty. */
  forget(): Promise<void>;
  /** Whether this gateway is the one that feeds. To be asked again well within a minute. */
  claim(): Promise<boolean>;
  release(): Promise<void>;
}

export function createWatermarks({ db }: Store, targetId: string, clock: Clock): Watermarks {
  // To `like`, an underscore is any character, so others could only be met by names that are not made here.
  const prefix = `analytics_place ${targetId} `;
  const claimName = `analytics_feeder ${targetId}`;
  const me = randomUUID();
  let held: string | null = null;
  let renewAtUs = 0;

  return {
    async ledgerName() {
      await whileBusy(() => addFact(db, LEDGER_NAME, randomUUID()));
      return (await readFact(db, LEDGER_NAME)) ?? "";
    },
    async read() {
      const rows = await db.selectFrom("facts").selectAll().where("name", "like", `${prefix}%`).execute();
      return new Map(rows.map(({ name, value }) => [Number(name.slice(prefix.length)), Number(value)]));
    },
    async save(places) {
      const rows = [...places].map(([instanceId, place]) => ({ name: `${prefix}${instanceId}`, value: String(place) }));
      if (rows.length === 0) return;
      await whileBusy(() =>
        db
          .insertInto("facts")
          .values(rows)
          .onConflict((conflict) =>
            conflict.column("name").doUpdateSet((row) => ({ value: row.ref("excluded.value") })),
          )
          .execute(),
      );
    },
    async forget() {
      await whileBusy(() => db.deleteFrom("facts").where("name", "like", `${prefix}%`).execute());
    },
    async claim() {
      const now = clock.nowUs();
      if (held !== null && now < renewAtUs) return true;
      const found = await readFact(db, claimName);
      if (found !== null && !found.startsWith(me) && Number(found.split(" ")[1]) > now) return false;
      const wanted = `${me} ${now + CLAIM_US}`;
      const isMine = await whileBusy(async () => {
        if (found === null) return addFact(db, claimName, wanted);
        const changed = await db
          .updateTable("facts")
          .set({ value: wanted })
          .where("name", "=", claimName)
          .where("value", "=", found)
          .executeTakeFirst();
        return changed.numUpdatedRows === 1n;
      });
      held = isMine ? wanted : null;
      renewAtUs = now + RENEW_US;
      return isMine;
    },
    async release() {
      const value = held;
      held = null;
      if (value === null) return;
      await whileBusy(() => db.deleteFrom("facts").where("name", "=", claimName).where("value", "=", value).execute());
    },
  };
}

async function readFact(db: Kysely<Database>, name: string): Promise<string | null> {
  const row = await db.selectFrom("facts").select("value").where("name", "=", name).executeTakeFirst();
  return row?.value ?? null;
}

/** @returns whether it was not there before. */
async function addFact(db: Kysely<Database>, name: string, value: string): Promise<boolean> {
  const added = await db
    .insertInto("facts")
    .values({ name, value })
    .onConflict((conflict) => conflict.column("name").doNothing())
    .executeTakeFirst();
  return added.numInsertedOrUpdatedRows === 1n;
}
