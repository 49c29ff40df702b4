import { type ColumnDefinitionBuilder, sql } from "kysely";
import type { Store } from "../open-store.ts";

/** Users, keys, runs of the gateway, and one row per exchange. */
export async function tables({ db, dialect }: Store): Promise<void> {
  const isSqlite = dialect === "sqlite";
  const serial = isSqlite ? "integer" : "bigserial";
  const asKey = (column: ColumnDefinitionBuilder): ColumnDefinitionBuilder =>
    isSqlite ? column.primaryKey().autoIncrement() : column.primaryKey();

  await db.schema
    .createTable("users")
    .addColumn("id", serial, asKey)
    .addColumn("uuid", "text", (column) => column.notNull().unique())
    .addColumn("email", "text", (column) => column.notNull())
    .addColumn("role", "text", (column) => column.notNull())
    .addColumn("display_name", "text", (column) => column.notNull())
    .addColumn("status", "text", (column) => column.notNull())
    .addColumn("created_at", "bigint", (column) => column.notNull())
    .addColumn("updated_at", "bigint", (column) => column.notNull())
    .addColumn("deleted_at", "bigint")
    .execute();
  // One living user per address; a deleted one does not keep it.
  await sql`create unique index users_email on users (lower(email)) where deleted_at is null`.execute(db);

  await db.schema
    .createTable("api_keys")
    .addColumn("id", serial, asKey)
    .addColumn("uuid", "text", (column) => column.notNull().unique())
    .addColumn("user_id", "bigint", (column) => column.notNull().references("users.id"))
    .addColumn("name", "text", (column) => column.notNull())
    .addColumn("key_hash", "text", (column) => column.notNull().unique())
    .addColumn("key_prefix", "text", (column) => column.notNull())
    .addColumn("scopes", "text", (column) => column.notNull())
    .addColumn("expires_at", "bigint")
    .addColumn("created_at", "bigint", (column) => column.notNull())
    .addColumn("updated_at", "bigint", (column) => column.notNull())
    .addColumn("deleted_at", "bigint")
    .execute();
  await db.schema.createIndex("api_keys_user").on("api_keys").column("user_id").execute();

  await db.schema
    .createTable("instances")
    .addColumn("id", serial, asKey)
    .addColumn("host", "text", (column) => column.notNull())
    .addColumn("pid", "bigint", (column) => column.notNull())
    .addColumn("started_at", "bigint", (column) => column.notNull())
    .addColumn("heartbeat_at", "bigint", (column) => column.notNull())
    .addColumn("stopped_at", "bigint")
    .execute();

  await exchanges({ db, dialect } as Store);
  await sql`
    create view usage_entries as
    select id, 'exchange-' || id as uuid, user_id, api_key_id, provider as service_id,
      input_uncached + cache_read + cache_write_5m + cache_write_1h as prompt_tokens,
      output_tokens as completion_tokens, 'consume' as direction, model_asked as memo,
      id as created_at, id as updated_at, null as deleted_at
    from exchanges where outcome <> 'open'`.execute(db);
}

async function exchanges({ db, dialect }: Store): Promise<void> {
  const required = ["instance_id", "stream", "bytes_in", "bytes_out"];
  const counts = ["input_uncached", "cache_read", "cache_write_5m", "cache_write_1h", "output_tokens", "reasoning", "audio_input", "audio_output"];
  const numbers = ["user_id", "api_key_id", "status", "queue_us", "first_byte_us", "first_token_us", "total_us"];
  const texts = ["agent", "session", "project", "model_asked", "model_routed", "model_served", "provider", "attempts", "error_code"];
  // In SQLite an "integer primary key" is the row's own address: time and key in one, without an index beside it.
  let table = db.schema.createTable("exchanges").addColumn("id", dialect === "sqlite" ? "integer" : "bigint", (column) => column.primaryKey());
  for (const name of [...required, ...counts]) table = table.addColumn(name, "bigint", (column) => column.notNull());
  for (const name of numbers) table = table.addColumn(name, "bigint");
  for (const name of ["surface", "outcome", "usage_source"]) table = table.addColumn(name, "text", (column) => column.notNull());
  for (const name of [...texts, "error_message", "finish_reason", "losses"]) table = table.addColumn(name, "text");
  await table.execute();
  for (const name of ["api_key_id", "user_id", "provider", "model_asked"]) {
    await db.schema.createIndex(`exchanges_${name}`).on("exchanges").columns([name, "id"]).execute();
  }
  await sql`create index exchanges_failed on exchanges (id) where outcome not in ('completed', 'open')`.execute(db);
  await sql`create index exchanges_open on exchanges (instance_id) where outcome = 'open'`.execute(db);
}
