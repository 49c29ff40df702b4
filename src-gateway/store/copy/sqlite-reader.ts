import { existsSync } from "node:fs";
import Sqlite from "better-sqlite3";
import { bodyFileOf } from "../open-body-store.ts";
import { type CopyValue, encodeLine } from "./copy-line.ts";
import { type CopyTable, PAGE_CHARACTERS, PAGE_ROWS, type TableReader } from "./copy-types.ts";
import { describeSqliteTables, type OwnTables } from "./describe-tables.ts";

/**
 * @param withBodies also reads the file of bodies beside the ledger, where there is one.
 * @throws Error when the file is not there or is no database. Nothing in it is changed.
 */
export function openSqliteReader(file: string, own: OwnTables, withBodies: boolean): TableReader {
  const ledger = openForReading(file);
  const databases = [ledger];
  try {
    const homes = new Map<string, Sqlite.Database>();
    const tables: CopyTable[] = [];
    const add = (database: Sqlite.Database, names: ReadonlySet<string>): void => {
      for (const table of describeSqliteTables(database, names)) {
        homes.set(table.name, database);
        tables.push(table);
      }
    };
    add(ledger, own.ledger);
    if (withBodies && existsSync(bodyFileOf(file))) {
      const bodies = openForReading(bodyFileOf(file));
      databases.push(bodies);
      prepareWords(bodies);
      add(bodies, own.bodies);
    }
    return new SqliteReader(tables, homes, databases);
  } catch (error) {
    for (const database of databases) database.close();
    throw error;
  }
}

/** From the first look on it shows what was there then, whatever a gateway writes meanwhile. */
export function openForReading(file: string): Sqlite.Database {
  if (!existsSync(file)) throw new Error(`There is no database ${file}.`);
  const database = new Sqlite(file, { readonly: true, timeout: 5_000 });
  try {
    // What has to be sorted can be larger than the memory.
    database.pragma("temp_store = file");
    database.exec("begin");
    database.prepare("select count(*) from sqlite_schema").get();
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** The index keeps for each word where it stands, and has to be turned round. */
function prepareWords(database: Sqlite.Database): void {
  database.exec("create virtual table temp.word_places using fts5vocab (main, body_words, instance)");
}

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;

class SqliteReader implements TableReader {
  readonly dialect = "sqlite";
  readonly tables: readonly CopyTable[];
  private readonly homes: ReadonlyMap<string, Sqlite.Database>;
  private readonly databases: readonly Sqlite.Database[];
  private hasWords = false;

  constructor(
    tables: readonly CopyTable[],
    homes: ReadonlyMap<string, Sqlite.Database>,
    databases: readonly Sqlite.Database[],
  ) {
    this.tables = tables;
    this.homes = homes;
    this.databases = databases;
  }

  async count(table: CopyTable): Promise<number> {
    return (
      this.home(table)
        .prepare<[], number>(`select count(*) from ${this.from(table)}`)
        .pluck()
        .get() ?? 0
    );
  }

  async lastDrawn({ name, hasSequence }: CopyTable): Promise<number> {
    if (!hasSequence) return 0;
    const database = this.home({ name });
    return database.prepare<[string], number>("select seq from sqlite_sequence where name = ?").pluck().get(name) ?? 0;
  }

  async lowest(table: CopyTable): Promise<number | null> {
    const query = `select min(${quote(table.key[0] ?? "")}) from ${this.from(table)}`;
    return this.home(table).prepare<[], number | null>(query).pluck().get() ?? null;
  }

  async *read(
    table: CopyTable,
    { ordered, after }: { ordered: boolean; after: readonly string[] | null } = { ordered: false, after: null },
  ): AsyncGenerator<string[]> {
    const columns = table.columns.map(({ name }) => quote(name)).join(", ");
    const key = table.key.map(quote).join(", ");
    const where = after === null ? "" : `where (${key}) > (${table.key.map(() => "?").join(", ")})`;
    const order = ordered ? `order by ${key}` : "";
    const rows = this.home(table)
      .prepare<unknown[], CopyValue[]>(`select ${columns} from ${this.from(table)} ${where} ${order}`)
      .raw()
      .safeIntegers()
      .iterate(...(after === null ? [] : bindable(table, after)));
    let page: string[] = [];
    let characters = 0;
    for (const row of rows) {
      const line = encodeLine(row);
      page.push(line);
      characters += line.length;
      if (page.length < PAGE_ROWS && characters < PAGE_CHARACTERS) continue;
      yield page;
      page = [];
      characters = 0;
    }
    if (page.length > 0) yield page;
  }

  async close(): Promise<void> {
    for (const database of this.databases) database.close();
  }

  private home({ name }: { name: string }): Sqlite.Database {
    const database = this.homes.get(name);
    if (database === undefined) throw new Error(`There is no table ${name}.`);
    return database;
  }

  private from(table: CopyTable): string {
    if (!table.columns.some(({ kind }) => kind === "words")) return quote(table.name);
    if (!this.hasWords) {
      this.home(table).exec(
        `create temp table words_of_rows (id integer not null primary key, words text not null);
         insert into words_of_rows select doc, group_concat(term, ' ')
           from (select doc, term from temp.word_places order by doc, term) group by doc`,
      );
      this.hasWords = true;
    }
    return "temp.words_of_rows";
  }
}

function bindable(table: CopyTable, key: readonly string[]): (string | bigint | Buffer)[] {
  return key.map((text, place) => {
    const kind = table.columns.find(({ name }) => name === table.key[place])?.kind;
    return kind === "integer" ? BigInt(text) : text;
  });
}
