/**
 * How far a copy has come, in the database that is copied into: a row per table, and one under an empty name for the
 * source. While the table is there no gateway opens that database.
 */
import type { TableProgress } from "./copy-types.ts";

export const PROGRESS_TABLE = "gateway_copy";

/** The same on both databases. */
export const CREATE_PROGRESS_TABLE = `create table ${PROGRESS_TABLE} (name text not null primary key, progress text not null)`;

export interface ProgressRow {
  name: string;
  progress: string;
}

export function parseProgress(rows: readonly ProgressRow[]): { source: string; tables: Map<string, TableProgress> } {
  const source = rows.find(({ name }) => name === "")?.progress ?? "";
  const tables = rows
    .filter(({ name }) => name !== "")
    .map(({ name, progress }): [string, TableProgress] => [name, JSON.parse(progress) as TableProgress]);
  return { source, tables: new Map(tables) };
}
