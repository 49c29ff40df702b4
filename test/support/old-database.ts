/** Databases as older gateways left them. */
import { rmSync } from "node:fs";
import { silentLogger } from "../../src-gateway/lib/logger.ts";
import type { ExchangeRow } from "../../src-gateway/store/exchange-rows.ts";
import { openStore, type Store } from "../../src-gateway/store/open-store.ts";
import type { TestDatabase } from "../suites/store.suite.ts";
import { connectPlainly } from "./plain-connection.ts";

/** Fills an empty database as a gateway did whose last migration was `until`. */
export async function fillOldDatabase(
  database: TestDatabase,
  until: string,
  fill: (store: Store) => Promise<void>,
): Promise<void> {
  const store = await openStore({ url: database.url, log: silentLogger, until });
  try {
    await fill(store);
  } finally {
    await store.close();
  }
}

/** Without the columns that the table does not have yet. */
export async function insertOldRows(store: Store, rows: readonly ExchangeRow[]): Promise<void> {
  const tables = await store.db.introspection.getTables();
  const columns = new Set(tables.find(({ name }) => name === "exchanges")?.columns.map(({ name }) => name));
  for (const row of rows) {
    const known = Object.fromEntries(Object.entries(row).filter(([name]) => columns.has(name)));
    await store.db
      .insertInto("exchanges")
      .values(known as ExchangeRow)
      .execute();
  }
}

/** Nothing is left of what the database held. Stores that are open on it must not be used any more. */
export async function empty(database: TestDatabase, open: Store): Promise<void> {
  await open.close();
  if (database.dialect === "sqlite") {
    for (const end of ["", "-wal", "-shm"]) rmSync(database.url + end, { force: true });
    return;
  }
  const plain = await connectPlainly(database);
  await plain.run("drop schema public cascade; create schema public");
  await plain.close();
}
