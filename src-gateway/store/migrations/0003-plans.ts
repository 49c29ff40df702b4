import type { MigrationStep } from "./migrate.ts";

/** Why each request went where it went. */
export async function addPlans({ db }: MigrationStep): Promise<void> {
  await db.schema.alterTable("exchanges").addColumn("plan", "text").execute();
}
