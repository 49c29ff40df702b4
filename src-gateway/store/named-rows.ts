/**
 * Pages of exchanges without the view: a filter by a text becomes one by its number, for which there are indexes, and the
 * texts are looked up for the rows that were found. Through the view, a database first puts the texts to all rows.
 */
import type { Kysely, Selectable } from "kysely";
import { NAMED_COLUMNS, type NamedColumn } from "./named-columns.ts";
import { readTexts } from "./names.ts";
import type { Database, ExchangeRowsTable, ExchangesTable } from "./schema.ts";

export type NumberedRow = Selectable<ExchangeRowsTable>;

/** @returns the rows as the view would give them, in their order. */
export async function withTexts(
  db: Kysely<Database>,
  rows: readonly NumberedRow[],
): Promise<Selectable<ExchangesTable>[]> {
  const numbers = rows.flatMap((row) => NAMED_COLUMNS.flatMap((column) => row[column] ?? []));
  const texts = await readTexts(db, numbers);
  return rows.map((row) => ({ ...row, ...textsOf(row, texts) }));
}

type Texts = Pick<Selectable<ExchangesTable>, NamedColumn>;

function textsOf(row: NumberedRow, texts: ReadonlyMap<number, string>): Texts {
  const entries = NAMED_COLUMNS.map((column) => {
    const number = row[column];
    return [column, number === null ? null : (texts.get(number) ?? null)];
  });
  return Object.fromEntries(entries) as Texts;
}
