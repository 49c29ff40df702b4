/** SQL without the gateway's store: what another program, or an operator, does to the same database. */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import Sqlite from "better-sqlite3";
import pg from "pg";

export interface PlainConnection {
  run(sql: string): Promise<void>;
  all(sql: string): Promise<unknown[]>;
  close(): Promise<void>;
}

export async function connectPlainly(database: {
  dialect: "sqlite" | "postgres";
  url: string;
}): Promise<PlainConnection> {
  if (database.dialect === "postgres") {
    const client = new pg.Client({ connectionString: database.url });
    // A server that is stopped in mid-test is an event here.
    client.on("error", () => {});
    await client.connect();
    return {
      run: async (sql) => void (await client.query(sql)),
      all: async (sql) => (await client.query<object>(sql)).rows,
      close: () => client.end(),
    };
  }
  mkdirSync(dirname(database.url), { recursive: true });
  const sqlite = new Sqlite(database.url);
  return {
    run: async (sql) => void sqlite.exec(sql),
    all: async (sql) => sqlite.prepare(sql).all(),
    close: async () => void sqlite.close(),
  };
}
