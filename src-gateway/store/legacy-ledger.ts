/** The ledger file of the earlier gateway, read and never written. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

export interface LegacyEntry {
  id: number;
  uuid: string | null;
  user_id: number | null;
  api_key_id: number | null;
  service_id: string | number | null;
  prompt_tokens: number | null;
  completion_tokens: number | null;
  direction: string | null;
  memo: string | null;
  created_at: string | number | null;
  deleted_at: string | number | null;
}

export interface LegacyLedger {
  count(): number;
  /** In the order of their ids. */
  entriesAfter(id: number, limit: number): LegacyEntry[];
  /** By id, from the file of identities beside it; empty when that is not there. */
  emails: ReadonlyMap<number, string>;
  close(): void;
}

const COLUMNS = [
  "id",
  "uuid",
  "user_id",
  "api_key_id",
  "service_id",
  "prompt_tokens",
  "completion_tokens",
  "direction",
  "memo",
  "created_at",
  "deleted_at",
] as const satisfies readonly (keyof LegacyEntry)[];

/** @throws Error with a sentence for the operator when the file is not there or holds no such ledger. */
export async function openLegacyLedger(file: string): Promise<LegacyLedger> {
  if (!existsSync(file)) throw new Error(`There is no file ${file}.`);
  const { default: Sqlite } = await import("better-sqlite3");
  const open = (path: string) => new Sqlite(path, { readonly: true, fileMustExist: true });
  const database = open(file);
  try {
    // A gateway that was opened on this file has set the table aside.
    const table = tableIn(namesOf(database.prepare("select name from sqlite_master where type = 'table'").all()));
    if (table === null) throw new Error(`${file} has no table usage_entries of the earlier gateway.`);
    const known = new Set(namesOf(database.prepare(`select name from pragma_table_info('${table}')`).all()));
    const columns = COLUMNS.map((name) => (known.has(name) ? name : `null as ${name}`)).join(", ");
    const page = database.prepare(`select ${columns} from ${table} where id > ? order by id limit ?`);
    const all = database.prepare(`select count(*) as n from ${table}`);
    return {
      count: () => (all.get() as { n: number }).n,
      entriesAfter: (id, limit) => page.all(id, limit) as LegacyEntry[],
      emails: readEmails(),
      close: () => database.close(),
    };
  } catch (error) {
    database.close();
    throw error instanceof Error && /not a database/.test(error.message)
      ? new Error(`${file} is no SQLite database.`, { cause: error })
      : error;
  }

  function readEmails(): Map<number, string> {
    const path = join(dirname(file), "identity.db");
    if (!existsSync(path)) return new Map();
    const identity = open(path);
    try {
      const rows = identity.prepare("select id, email from users").all() as { id: number; email: string }[];
      return new Map(rows.map(({ id, email }) => [id, email]));
    } catch {
      return new Map();
    } finally {
      identity.close();
    }
  }
}

const namesOf = (rows: unknown[]): string[] => rows.map((row) => (row as { name: string }).name);

const tableIn = (names: readonly string[]): string | null =>
  names.find((name) => name === "usage_entries") ??
  names.find((name) => /^legacy_usage_entries(?:_\d+)?$/.test(name)) ??
  null;
