import { sql } from "kysely";
import type { MigrationStep } from "./migrate.ts";

/** What failed attempts cost at the prices of a correction. */
export async function addAttemptCosts({ db }: MigrationStep): Promise<void> {
  await sql`alter table cost_corrections add column attempt_costs text`.execute(db);
}
