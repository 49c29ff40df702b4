import type { Kysely } from "kysely";
import { type BodyDatabase, createBodyTables } from "../body-tables.ts";
import type { MigrationStep } from "./migrate.ts";

/** Bodies of requests and answers, and which exchange was sent anew as which. SQLite keeps bodies in a file of their own. */
export async function addBodies({ db, dialect }: MigrationStep): Promise<void> {
  await db.schema
    .alterTable("exchanges")
    .addColumn("replay_of", dialect === "sqlite" ? "integer" : "bigint")
    .execute();
  if (dialect === "postgres") await createBodyTables(db as unknown as Kysely<BodyDatabase>, dialect);
}
