import { type Kysely, sql } from "kysely";
import type { Logger } from "../../lib/logger.ts";
import { PROGRESS_TABLE } from "../copy/progress-table.ts";
import type { DialectName, Store } from "../open-store.ts";
import type { Database } from "../schema.ts";
import { createFirstTables } from "./0001-first-tables.ts";
import { createStoredResponses } from "./0002-stored-responses.ts";
import { addPlans } from "./0003-plans.ts";
import { addJoinsAndPrefixes } from "./0004-joins-and-prefixes.ts";
import { addMoney } from "./0005-money.ts";
import { addImports } from "./0006-imports.ts";
import { addBodies } from "./0007-bodies.ts";
import { addRunaways } from "./0009-runaways.ts";
import { nameTexts } from "./0010-names.ts";
import { addOwnCounts } from "./0011-own-counts.ts";
import { addIdentity } from "./0012-identity.ts";
import { addSignIn } from "./0013-sign-in.ts";
import { addAudit } from "./0014-audit.ts";
import { addConfiguration } from "./0015-configuration.ts";
import { addHooks } from "./0016-hooks.ts";
import { addAttemptCosts } from "./0017-attempt-costs.ts";
import { addNotices } from "./0018-notices.ts";
import { makeRowsLean } from "./0020-lean-rows.ts";
import { addChainBlocks } from "./0021-chain-blocks.ts";
import { makeNumbersLean } from "./0022-lean-numbers.ts";
import { setAsideLegacyTables, tableNames } from "./legacy-tables.ts";

/** One connection with an open transaction, and which SQL it speaks. */
export interface MigrationStep {
  db: Kysely<Database>;
  dialect: DialectName;
}

/** In order; one that has landed is never changed. Named only inside of functions: all but a first start do without them. */
export const MIGRATIONS: readonly { name: string; up(step: MigrationStep): Promise<void> }[] = [
  { name: "0001-first-tables", up: (step) => createFirstTables(step) },
  { name: "0002-stored-responses", up: (step) => createStoredResponses(step) },
  { name: "0003-plans", up: (step) => addPlans(step) },
  { name: "0004-joins-and-prefixes", up: (step) => addJoinsAndPrefixes(step) },
  { name: "0005-money", up: (step) => addMoney(step) },
  { name: "0006-imports", up: (step) => addImports(step) },
  { name: "0007-bodies", up: (step) => addBodies(step) },
  { name: "0009-runaways", up: (step) => addRunaways(step) },
  { name: "0010-names", up: (step) => nameTexts(step) },
  { name: "0011-own-counts", up: (step) => addOwnCounts(step) },
  { name: "0012-identity", up: (step) => addIdentity(step) },
  { name: "0013-sign-in", up: (step) => addSignIn(step) },
  { name: "0014-audit", up: (step) => addAudit(step) },
  { name: "0015-configuration", up: (step) => addConfiguration(step) },
  { name: "0016-hooks", up: (step) => addHooks(step) },
  { name: "0017-attempt-costs", up: (step) => addAttemptCosts(step) },
  { name: "0018-notices", up: (step) => addNotices(step) },
  { name: "0020-lean-rows", up: (step) => makeRowsLean(step) },
  { name: "0021-chain-blocks", up: (step) => addChainBlocks(step) },
  { name: "0022-lean-numbers", up: (step) => makeNumbersLean(step) },
];

/** Any number does, as long as all gateways use the same. */
const POSTGRES_LOCK = 7_031_642_911;

/**
 * Brings the database to this program's schema, wholly or not at all; of two processes, the second one waits.
 * @param until the last migration to be done; all of them when left out.
 * @throws Error when the database was written by a newer program; SQLITE_BUSY while another process writes.
 */
export async function migrate(store: Store, log: Logger, until?: string): Promise<void> {
  const { dialect } = store;
  await store.db.connection().execute(async (db) => {
    const step = { db, dialect };
    if ((await missing(step)).length === 0) return;
    await sql.raw(dialect === "sqlite" ? "begin immediate" : "begin").execute(db);
    try {
      if (dialect === "postgres") await sql`select pg_advisory_xact_lock(${sql.lit(POSTGRES_LOCK)})`.execute(db);
      await migrateLocked(step, log, until);
      await sql`commit`.execute(db);
    } catch (error) {
      await sql`rollback`.execute(db).catch(() => {});
      throw error;
    }
  });
}

async function migrateLocked(step: MigrationStep, log: Logger, until?: string): Promise<void> {
  const { db } = step;
  if (!(await tableNames(step)).has("schema_migrations")) {
    await setAsideLegacyTables(step, log);
    await sql`create table schema_migrations (name text not null primary key, applied_at text not null)`.execute(db);
  }
  // Another process may have done some of it between the first look and the lock.
  for (const migration of await missing(step)) {
    await migration.up(step);
    await sql`insert into schema_migrations values (${migration.name}, ${new Date().toISOString()})`.execute(db);
    if (migration.name === until) return;
  }
}

async function missing(step: MigrationStep): Promise<(typeof MIGRATIONS)[number][]> {
  const applied = new Set(await appliedNames(step));
  const known = new Set(MIGRATIONS.map(({ name }) => name));
  const newer = [...applied].filter((name) => !known.has(name));
  if (newer.length > 0) {
    throw new Error(
      `it was written by a newer version of the gateway (${newer.join(", ")}). Update the gateway, or point it at another database.`,
    );
  }
  return MIGRATIONS.filter(({ name }) => !applied.has(name));
}

async function appliedNames(step: MigrationStep): Promise<string[]> {
  const tables = await tableNames(step);
  if (tables.has(PROGRESS_TABLE)) {
    throw new Error("a copy into it has not ended. Go on with it: the same `gateway migrate copy` once more.");
  }
  if (!tables.has("schema_migrations")) return [];
  try {
    return (await sql<{ name: string }>`select name, applied_at from schema_migrations`.execute(step.db)).rows.map(
      ({ name }) => name,
    );
  } catch (error) {
    throw new Error(
      "its table schema_migrations belongs to another program. Give the gateway a database or schema of its own.",
      { cause: error },
    );
  }
}
