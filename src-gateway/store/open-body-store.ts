/** The database of stored bodies. A way of its own to it, so that a thread can hold it. */
import { existsSync } from "node:fs";
import { join, parse } from "node:path";
import { type Kysely, sql } from "kysely";
import type { Logger } from "../lib/logger.ts";
import { type BodyDatabase, createBodyTables } from "./body-tables.ts";
import { describeError } from "./database-errors.ts";
import type { DialectName, Store } from "./open-store.ts";
import { whileBusy } from "./while-busy.ts";

export interface BodyStore {
  dialect: DialectName;
  db: Kysely<BodyDatabase>;
  close(): Promise<void>;
}

const OPEN_PATIENCE_MS = 15_000;
const VERSION = 1;

const isPostgres = (url: string): boolean => /^postgres(?:ql)?:\/\//i.test(url);

/** Whether there is a place for bodies already. */
export const hasBodies = (ledgerUrl: string): boolean => isPostgres(ledgerUrl) || existsSync(bodyFileOf(ledgerUrl));

/** Beside the ledger's own file. */
export function bodyFileOf(ledgerFile: string): string {
  const { dir, name, ext } = parse(ledgerFile);
  return join(dir, `${name}-bodies${ext === "" ? ".db" : ext}`);
}

/**
 * @param options.ledgerUrl of the ledger: a file, beside which the bodies have their own, or a `postgres://` address,
 * whose migrations have made the tables.
 * @throws Error with a sentence for the operator.
 */
export async function openBodyStore(options: { ledgerUrl: string; log: Logger }): Promise<BodyStore> {
  const { ledgerUrl, log } = options;
  if (isPostgres(ledgerUrl)) {
    const { openPostgres } = await import("./dialects/postgres.ts");
    return asBodyStore(openPostgres(ledgerUrl, log));
  }
  const file = bodyFileOf(ledgerUrl);
  const { openSqlite } = await import("./dialects/sqlite.ts");
  let store: Store | null = null;
  try {
    return await whileBusy(
      async () => {
        store ??= openSqlite(file);
        const bodies = asBodyStore(store);
        await prepareFile(bodies.db);
        return bodies;
      },
      { patienceMs: OPEN_PATIENCE_MS },
    );
  } catch (error) {
    await (store as Store | null)?.close().catch(() => {});
    throw new Error(`The bodies of requests cannot be kept in ${file}: ${describeError(error).problem}`, {
      cause: error,
    });
  }
}

/** The same connections, for other tables. */
const asBodyStore = (store: Store): BodyStore => ({
  dialect: store.dialect,
  db: store.db as unknown as Kysely<BodyDatabase>,
  close: () => store.close(),
});

async function prepareFile(db: Kysely<BodyDatabase>): Promise<void> {
  // What a power cut takes of this file is the text of a few requests, never what they cost.
  await sql`pragma synchronous = normal`.execute(db);
  if ((await versionOf(db)) === VERSION) return;
  // Freed pages go back to the disk; this has to be said before the first table is made.
  await sql`pragma auto_vacuum = incremental`.execute(db);
  await sql`vacuum`.execute(db);
  await db.connection().execute(async (one) => {
    await sql`begin immediate`.execute(one);
    try {
      const version = await versionOf(one);
      if (version > VERSION) throw new Error("it was written by a newer version of the gateway. Update the gateway.");
      if (version === 0) {
        await createBodyTables(one, "sqlite");
        await sql.raw(`pragma user_version = ${VERSION}`).execute(one);
      }
      await sql`commit`.execute(one);
    } catch (error) {
      await sql`rollback`.execute(one).catch(() => {});
      throw error;
    }
  });
}

async function versionOf(db: Kysely<BodyDatabase>): Promise<number> {
  const { rows } = await sql<{ user_version: number }>`pragma user_version`.execute(db);
  return rows[0]?.user_version ?? 0;
}
