import { type ColumnDefinitionBuilder, type CreateTableBuilder, sql } from "kysely";
import type { MigrationStep } from "./migrate.ts";

const notNull = (column: ColumnDefinitionBuilder): ColumnDefinitionBuilder => column.notNull();

/** Sessions of the console, one-time codes, and who is who at OIDC issuers. */
export async function addSignIn(step: MigrationStep): Promise<void> {
  const { db } = step;
  await createTable(step, "sessions", (table, int) =>
    table
      .addColumn("user_id", int, notNull)
      .addColumn("token_hash", "text", (column) => column.notNull().unique())
      .addColumn("token_issued_at", int, notNull)
      .addColumn("previous_hash", "text")
      .addColumn("previous_until", int)
      .addColumn("created_at", int, notNull)
      .addColumn("last_seen_at", int, notNull)
      .addColumn("expires_at", int, notNull)
      .addColumn("ended_at", int)
      .addColumn("method", "text", notNull)
      .addColumn("provider", "text")
      .addColumn("logout_hint", "text")
      .addColumn("user_agent", "text")
      .addColumn("address", "text"),
  );
  await db.schema.createIndex("sessions_by_user").on("sessions").column("user_id").execute();
  await db.schema.createIndex("sessions_by_previous").on("sessions").column("previous_hash").execute();
  await db.schema.createIndex("sessions_by_expires_at").on("sessions").column("expires_at").execute();
  await createTable(step, "sign_in_codes", (table, int) =>
    table
      .addColumn("user_id", int)
      .addColumn("link_hash", "text", (column) => column.notNull().unique())
      .addColumn("code_hash", "text")
      .addColumn("browser_hash", "text")
      .addColumn("attempts", int, notNull)
      .addColumn("created_at", int, notNull)
      .addColumn("expires_at", int, notNull)
      .addColumn("used_at", int),
  );
  await db.schema.createIndex("sign_in_codes_by_browser").on("sign_in_codes").column("browser_hash").execute();
  await db.schema.createIndex("sign_in_codes_by_expires_at").on("sign_in_codes").column("expires_at").execute();
  await createTable(step, "user_identities", (table, int) =>
    table
      .addColumn("user_id", int, notNull)
      .addColumn("issuer", "text", notNull)
      .addColumn("subject", "text", notNull)
      .addColumn("created_at", int, notNull)
      .addColumn("last_used_at", int, notNull),
  );
  await db.schema
    .createIndex("user_identities_by_subject")
    .on("user_identities")
    .columns(["issuer", "subject"])
    .unique()
    .execute();
  await db.schema.createIndex("user_identities_by_user").on("user_identities").column("user_id").execute();
}

type Table = CreateTableBuilder<string>;

async function createTable(
  { db, dialect }: MigrationStep,
  name: string,
  addColumns: (table: Table, int: "integer" | "bigint") => Table,
): Promise<void> {
  const table = db.schema.createTable(name);
  if (dialect === "postgres") {
    const withId = table.addColumn("id", "bigserial", (id) => id.primaryKey());
    await addColumns(withId, "bigint").execute();
    return;
  }
  const withId = table.addColumn("id", "integer", (id) => id.primaryKey().autoIncrement());
  await addColumns(withId, "integer").modifyEnd(sql`strict`).execute();
}
