import { type ColumnDefinitionBuilder, type CreateTableBuilder, sql } from "kysely";
import type { MigrationStep } from "./migrate.ts";

const notNull = (column: ColumnDefinitionBuilder): ColumnDefinitionBuilder => column.notNull();

/** Users, keys, runs of the gateway, and one row per exchange. */
export async function createFirstTables(step: MigrationStep): Promise<void> {
  await step.db.schema
    .createTable("facts")
    .addColumn("name", "text", (column) => column.primaryKey().notNull())
    .addColumn("value", "text", notNull)
    .execute();
  await createUsersAndKeys(step);
  await createTable(step, "instances", (table, int) =>
    table
      .addColumn("host", "text", notNull)
      .addColumn("pid", int, notNull)
      .addColumn("started_at", int, notNull)
      .addColumn("heartbeat_at", int, notNull)
      .addColumn("stopped_at", int),
  );
  await createExchanges(step);
  await createUsageEntries(step);
}

type Table = CreateTableBuilder<string>;

/** A table with a serial id. */
async function createTable(
  { db, dialect }: MigrationStep,
  name: string,
  addColumns: (table: Table, int: "integer" | "bigint") => Table,
): Promise<void> {
  const table = db.schema.createTable(name);
  if (dialect === "postgres") {
    await addColumns(
      table.addColumn("id", "bigserial", (id) => id.primaryKey()),
      "bigint",
    ).execute();
  } else {
    const withId = table.addColumn("id", "integer", (id) => id.primaryKey().autoIncrement());
    // Strict: a value of the wrong type is an error here too, not only on PostgreSQL.
    await addColumns(withId, "integer").modifyEnd(sql`strict`).execute();
  }
}

async function createUsersAndKeys(step: MigrationStep): Promise<void> {
  const { db } = step;
  await createTable(step, "users", (table, int) =>
    table
      .addColumn("uuid", "text", (column) => column.notNull().unique())
      .addColumn("email", "text", notNull)
      .addColumn("role", "text", notNull)
      .addColumn("display_name", "text", notNull)
      .addColumn("status", "text", notNull)
      .addColumn("created_at", int, notNull)
      .addColumn("updated_at", int, notNull)
      .addColumn("deleted_at", int),
  );
  // One living user per address; a deleted one does not keep it.
  await sql`create unique index users_by_email on users (email) where deleted_at is null`.execute(db);
  await createTable(step, "api_keys", (table, int) =>
    table
      .addColumn("uuid", "text", (column) => column.notNull().unique())
      .addColumn("user_id", int, (column) => column.notNull().references("users.id"))
      .addColumn("name", "text", notNull)
      .addColumn("key_hash", "text", (column) => column.notNull().unique())
      .addColumn("key_prefix", "text", notNull)
      .addColumn("scopes", "text", notNull)
      .addColumn("expires_at", int)
      .addColumn("revoked_at", int)
      .addColumn("created_at", int, notNull)
      .addColumn("updated_at", int, notNull)
      .addColumn("deleted_at", int),
  );
  await db.schema.createIndex("api_keys_by_user").on("api_keys").column("user_id").execute();
}

async function createExchanges({ db, dialect }: MigrationStep): Promise<void> {
  const isSqlite = dialect === "sqlite";
  const int = isSqlite ? "integer" : "bigint";
  // In SQLite an "integer primary key" is the row's own address: time and key in one, without an index beside it.
  let table = db.schema.createTable("exchanges").addColumn("id", int, (id) => id.primaryKey());
  for (const name of ["instance_id", "stream", "bytes_in", "bytes_out", ...USAGE])
    table = table.addColumn(name, int, notNull);
  for (const name of ["surface", "outcome", "usage_source"]) table = table.addColumn(name, "text", notNull);
  for (const name of NUMBERS) table = table.addColumn(name, int);
  for (const name of TEXTS) table = table.addColumn(name, "text");
  await (isSqlite ? table.modifyEnd(sql`strict`) : table).execute();
  for (const name of ["api_key_id", "user_id", "provider", "model_asked"]) {
    // SQLite ends every index with the row's address, which is the id; PostgreSQL has to be told.
    await db.schema
      .createIndex(`exchanges_by_${name}`)
      .on("exchanges")
      .columns(isSqlite ? [name] : [name, "id"])
      .execute();
  }
  // Failures, and the few that are open.
  await sql`create index exchanges_not_completed on exchanges (id) where outcome <> 'completed'`.execute(db);
}

const USAGE = [
  "input_uncached",
  "cache_read",
  "cache_write_5m",
  "cache_write_1h",
  "output_tokens",
  "reasoning",
  "audio_input",
  "audio_output",
];
const NUMBERS = [
  "moved_from",
  "user_id",
  "api_key_id",
  "status",
  "queue_us",
  "first_byte_us",
  "first_token_us",
  "total_us",
  "attempt_ended_us",
];
const TEXTS = [
  "agent",
  "session",
  "project",
  "model_asked",
  "model_routed",
  "model_served",
  "provider",
  "attempt_reason",
  "attempts",
  "error_code",
  "error_message",
  "finish_reason",
  "losses",
];

/** What scripts written for the earlier gateway read. */
async function createUsageEntries({ db, dialect }: MigrationStep): Promise<void> {
  const time = (us: string): string =>
    dialect === "sqlite"
      ? `strftime('%Y-%m-%d %H:%M:%f', ${us} / 1000000.0, 'unixepoch')`
      : `to_timestamp(${us} / 1000000.0)`;
  const never = dialect === "sqlite" ? "null" : "null::timestamptz";
  await sql
    .raw(
      `create view usage_entries as
       select id, 'exchange-' || id as uuid, user_id, api_key_id, provider as service_id,
         input_uncached + cache_read + cache_write_5m + cache_write_1h as prompt_tokens,
         output_tokens as completion_tokens, 'consume' as direction, model_asked as memo,
         ${time("id")} as created_at, ${time("(id + coalesce(total_us, 0))")} as updated_at, ${never} as deleted_at
       from exchanges where outcome <> 'open'`,
    )
    .execute(db);
  if (dialect === "sqlite") return;
  // SQLite's views cannot be written; PostgreSQL would hand a delete through to the exchanges.
  await sql`create function usage_entries_is_read_only() returns trigger language plpgsql as $$
    begin raise exception 'usage_entries is a view over exchanges and cannot be written'; end $$`.execute(db);
  await sql`create trigger usage_entries_is_read_only instead of insert or update or delete on usage_entries
    for each row execute function usage_entries_is_read_only()`.execute(db);
}
