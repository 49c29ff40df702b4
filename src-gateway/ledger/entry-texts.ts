/** What entries vouch for, as it is now. */
import type { Kysely } from "kysely";
import { CHAINED_COLUMNS, correctionText, type EntryKind, exchangeText } from "../store/ledger-chain.ts";
import type { Database } from "../store/schema.ts";

/** By kind, by id; nothing for what is gone. */
export type Texts = Readonly<Record<EntryKind, ReadonlyMap<number, string>>>;

/** @param entries a few hundred at most. */
export async function readTexts(
  db: Kysely<Database>,
  entries: readonly { kind: EntryKind; id: number }[],
): Promise<Texts> {
  const idsOf = (wanted: EntryKind): number[] => entries.filter(({ kind }) => kind === wanted).map(({ id }) => id);
  return {
    exchange: await readExchanges(db, idsOf("exchange")),
    correction: await readCorrections(db, idsOf("correction")),
  };
}

async function readExchanges(db: Kysely<Database>, ids: readonly number[]): Promise<Map<number, string>> {
  if (ids.length === 0) return new Map();
  const rows = await db.selectFrom("exchanges").select(CHAINED_COLUMNS).where("id", "in", ids).execute();
  return new Map(rows.map((row) => [row.id, exchangeText(row)]));
}

async function readCorrections(db: Kysely<Database>, ids: readonly number[]): Promise<Map<number, string>> {
  if (ids.length === 0) return new Map();
  const rows = await db.selectFrom("cost_corrections").selectAll().where("id", "in", ids).execute();
  return new Map(rows.map((row) => [row.id, correctionText(row)]));
}
