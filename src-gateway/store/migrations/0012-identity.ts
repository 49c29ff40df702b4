import { type ColumnDefinitionBuilder, type CreateTableBuilder, sql } from "kysely";
import type { MigrationStep } from "./migrate.ts";

const notNull = (column: ColumnDefinitionBuilder): ColumnDefinitionBuilder => column.notNull();

type Table = CreateTableBuilder<string>;
type Int = "integer" | "bigint";

/** The organisation, its teams and projects, who belongs to them, and what a key may use. */
export async function addIdentity(step: MigrationStep): Promise<void> {
  await createTable(step, "organisations", (table, int) =>
    times(
      withId(step, table)
        .addColumn("uuid", "text", (column) => column.notNull().unique())
        .addColumn("name", "text", notNull)
        .addColumn("slug", "text", (column) => column.notNull().unique()),
      int,
    ),
  );
  await createTable(step, "teams", (table, int) => named(step, table, int));
  await createTable(step, "projects", (table, int) =>
    named(step, table, int).addColumn("team_id", int, (column) => column.references("teams.id")),
  );
  for (const name of ["teams", "projects"]) {
    // One living bearer of a name; a deleted one does not keep it.
    await sql
      .raw(`create unique index ${name}_by_name on ${name} (name_key) where deleted_at is null`)
      .execute(step.db);
  }
  await createMembers(step);
  await createTable(step, "api_key_secrets", (table, int) =>
    table
      .addColumn("key_hash", "text", (column) => column.primaryKey().notNull())
      .addColumn("api_key_id", int, (column) => column.notNull().references("api_keys.id"))
      .addColumn("key_prefix", "text", notNull)
      .addColumn("expires_at", int, notNull)
      .addColumn("created_at", int, notNull),
  );
  await step.db.schema.createIndex("api_key_secrets_by_key").on("api_key_secrets").column("api_key_id").execute();
  await addColumns(step);
}

async function createMembers(step: MigrationStep): Promise<void> {
  await createTable(step, "team_members", (table, int) =>
    table
      .addColumn("team_id", int, (column) => column.notNull().references("teams.id"))
      .addColumn("user_id", int, (column) => column.notNull().references("users.id"))
      .addColumn("role", "text", notNull)
      .addColumn("created_at", int, notNull)
      .addPrimaryKeyConstraint("team_members_key", ["team_id", "user_id"]),
  );
  await createTable(step, "project_members", (table, int) =>
    table
      .addColumn("project_id", int, (column) => column.notNull().references("projects.id"))
      .addColumn("user_id", int, (column) => column.notNull().references("users.id"))
      .addColumn("created_at", int, notNull)
      .addPrimaryKeyConstraint("project_members_key", ["project_id", "user_id"]),
  );
  for (const name of ["team_members", "project_members"])
    await step.db.schema.createIndex(`${name}_by_user`).on(name).column("user_id").execute();
}

async function addColumns({ db, dialect }: MigrationStep): Promise<void> {
  const int = dialect === "sqlite" ? "integer" : "bigint";
  for (const definition of ["kind text not null default 'person'", `erased_at ${int}`])
    await sql.raw(`alter table users add column ${definition}`).execute(db);
  const ofKeys = [
    `team_id ${int} references teams (id)`,
    `project_id ${int} references projects (id)`,
    "limits text",
    "addresses text",
    `last_used_at ${int}`,
    "revoke_reason text",
  ];
  for (const definition of ofKeys) await sql.raw(`alter table api_keys add column ${definition}`).execute(db);
}

async function createTable(
  { db, dialect }: MigrationStep,
  name: string,
  columns: (table: Table, int: Int) => Table,
): Promise<void> {
  const table = columns(db.schema.createTable(name), dialect === "sqlite" ? "integer" : "bigint");
  // Strict: a value of the wrong type is an error here too, not only on PostgreSQL.
  await (dialect === "sqlite" ? table.modifyEnd(sql`strict`) : table).execute();
}

const withId = ({ dialect }: MigrationStep, table: Table): Table =>
  dialect === "sqlite"
    ? table.addColumn("id", "integer", (column) => column.primaryKey().autoIncrement())
    : table.addColumn("id", "bigserial", (column) => column.primaryKey());

const times = (table: Table, int: Int): Table =>
  table.addColumn("created_at", int, notNull).addColumn("updated_at", int, notNull);

const named = (step: MigrationStep, table: Table, int: Int): Table =>
  times(
    withId(step, table)
      .addColumn("uuid", "text", (column) => column.notNull().unique())
      .addColumn("organisation_id", int, (column) => column.notNull().references("organisations.id"))
      .addColumn("name", "text", notNull)
      .addColumn("name_key", "text", notNull),
    int,
  ).addColumn("deleted_at", int);
