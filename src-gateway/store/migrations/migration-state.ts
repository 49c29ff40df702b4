import { sql } from "kysely";
import type { Store } from "../open-store.ts";
import { tableNames } from "./legacy-tables.ts";
import { MIGRATIONS } from "./migrate.ts";

export interface MigrationState {
  name: string;
  /** As it was written; null where it is missing. */
  appliedAt: string | null;
  /** Of a later version of the gateway. */
  isNewer: boolean;
}

/** Which migrations a database has been through; an empty one through none. */
export async function readMigrationState(store: Pick<Store, "db" | "dialect">): Promise<MigrationState[]> {
  const applied = new Map<string, string>();
  if ((await tableNames(store)).has("schema_migrations")) {
    const { rows } = await sql<{ name: string; applied_at: string }>`
      select name, applied_at from schema_migrations order by name`.execute(store.db);
    for (const row of rows) applied.set(row.name, row.applied_at);
  }
  return stateOf(applied);
}

export function stateOf(applied: ReadonlyMap<string, string>): MigrationState[] {
  const known = MIGRATIONS.map(({ name }) => ({ name, appliedAt: applied.get(name) ?? null, isNewer: false }));
  const newer = [...applied].filter(([name]) => !MIGRATIONS.some((own) => own.name === name));
  return [...known, ...newer.map(([name, appliedAt]) => ({ name, appliedAt, isNewer: true }))];
}

/** @throws Error when a newer version of the gateway has written it. */
export function requireNotNewer(state: readonly MigrationState[], what: string): void {
  const newer = state.filter(({ isNewer }) => isNewer).map(({ name }) => name);
  if (newer.length > 0)
    throw new Error(`${what} was written by a newer version of the gateway (${newer.join(", ")}). Update the gateway.`);
}

/** @throws Error when the database is not exactly at this program's version. */
export function requireCurrent(state: readonly MigrationState[], what: string): void {
  requireNotNewer(state, what);
  const missing = state.filter(({ appliedAt }) => appliedAt === null).map(({ name }) => name);
  if (missing.length > 0)
    throw new Error(
      `${what} is of an older version (without ${missing.join(", ")}). Run \`gateway migrate up\` first.`,
    );
}
