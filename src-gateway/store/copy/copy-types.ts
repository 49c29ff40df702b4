/** Tables as both databases can give and take them. */
import type { DialectName } from "../open-store.ts";

/** `words` is a set of words, kept as an index of words on SQLite and as a tsvector on PostgreSQL. */
export type ColumnKind = "integer" | "text" | "bytes" | "words";

export interface CopyColumn {
  name: string;
  kind: ColumnKind;
}

export interface CopyTable {
  name: string;
  columns: readonly CopyColumn[];
  /** Columns of the primary key, in order. */
  key: readonly string[];
  /** Whether ids are drawn from a sequence, which has to go on behind the highest one that ever was. */
  hasSequence: boolean;
}

/**
 * Reads tables, all of them as they were at one moment. Rows are lines of PostgreSQL's COPY text form, without the line
 * break: the one form in which rows of both databases can be compared, hashed, loaded by COPY and written to a file.
 */
export interface TableReader {
  dialect: DialectName;
  /** Those that rows name come before those that name them. */
  tables: readonly CopyTable[];
  count(table: CopyTable): Promise<number>;
  /** The highest id that was ever drawn; 0 where none was. */
  lastDrawn(table: CopyTable): Promise<number>;
  /** Of the first column of the key, where that is a number; null without rows. */
  lowest(table: CopyTable): Promise<number | null>;
  /** Pages of a few MB. With `ordered` in the order of the key, behind the key `after`. */
  read(table: CopyTable, options?: { ordered: boolean; after: readonly string[] | null }): AsyncIterable<string[]>;
  close(): Promise<void>;
}

/** A part of a table, added whole or not at all, together with the word that it was. */
export interface TableProgress {
  rows: number;
  /** Key of the last row that was added. */
  lastKey: readonly string[] | null;
  /** See LineSum. */
  sum: string;
  isWhole: boolean;
}

export interface TableWriter {
  dialect: DialectName;
  tables: readonly CopyTable[];
  /** What an earlier run of the same copy has done, by table; null when there was none. */
  readProgress(): Promise<{ source: string; tables: Map<string, TableProgress> } | null>;
  /**
   * Removes what a new database has in its tables, and marks it as one that is being copied into.
   * @param firstUs when the first exchange was that will come; null where none will.
   */
  begin(source: string, firstUs: number | null): Promise<void>;
  append(table: CopyTable, lines: readonly string[], progress: TableProgress): Promise<void>;
  setLastDrawn(table: CopyTable, value: number): Promise<void>;
  /** Takes the mark away: from here on gateways may use it. */
  finish(): Promise<void>;
  /** A look at what is there now. */
  openReader(): Promise<TableReader>;
  close(): Promise<void>;
}

/** Pages end with the row that reaches one of these. */
export const PAGE_ROWS = 10_000;
export const PAGE_CHARACTERS = 4 * 1024 * 1024;
