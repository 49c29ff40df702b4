import { sql } from "kysely";
import type { MigrationStep } from "./migrate.ts";

/** Every configuration that was in force, switches that change while the gateway runs, and secrets under a key that is not here. */
export async function addConfiguration({ db, dialect }: MigrationStep): Promise<void> {
  const [int, end] = dialect === "sqlite" ? ["integer", "strict"] : ["bigint", ""];
  const run = (text: string): Promise<unknown> => sql.raw(text).execute(db);
  await run(
    `create table config_revisions (id ${int} not null primary key, source text not null, made_at ${int} not null,
       made_via text not null, author text, message text, based_on ${int}, sha256 text not null,
       hidden ${int} not null, content text not null) ${end}`,
  );
  await run("create index config_revisions_by_source on config_revisions (source, id)");
  await run(
    `create table feature_flags (name text not null primary key, rule text not null, updated_at ${int} not null,
       updated_by text) ${end}`,
  );
  await run(
    `create table sealed_secrets (name text not null primary key, sealed text not null, updated_at ${int} not null) ${end}`,
  );
}
