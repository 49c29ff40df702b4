import type { MigrationStep } from "./migrate.ts";

/** What was noticed about the agent that asked, when it ran in circles. */
export async function addRunaways({ db }: MigrationStep): Promise<void> {
  await db.schema.alterTable("exchanges").addColumn("runaway", "text").execute();
}
