import { sql } from "kysely";
import type { MigrationStep } from "./migrate.ts";

/** What was answered to the daily question after new versions. */
export async function addNotices({ db, dialect }: MigrationStep): Promise<void> {
  const [int, end] = dialect === "sqlite" ? ["integer", "strict"] : ["bigint", ""];
  const run = (text: string): Promise<unknown> => sql.raw(text).execute(db);
  await run(
    `create table update_checks (id ${int} not null primary key, checked_at ${int} not null,
       gateway_version text not null, latest_version text, is_available ${int} not null, is_security ${int} not null,
       url text, notes text, message text) ${end}`,
  );
  await run(
    `create table announcements (id text not null primary key, type text not null, title text not null,
       message text not null, url text, priority text, expires_at ${int}, first_seen_at ${int} not null,
       last_seen_at ${int} not null, dismissed_at ${int}) ${end}`,
  );
}
