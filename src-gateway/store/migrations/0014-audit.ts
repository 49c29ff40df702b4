import { sql } from "kysely";
import type { MigrationStep } from "./migrate.ts";

/** The log of what administrators do, and the answers to requests that carry an idempotency key. */
export async function addAudit({ db, dialect }: MigrationStep): Promise<void> {
  const [int, end] = dialect === "sqlite" ? ["integer", "strict"] : ["bigint", ""];
  const run = (text: string): Promise<unknown> => sql.raw(text).execute(db);
  await run(
    `create table audit_log (id ${int} not null primary key, made_at ${int} not null, action text not null,
       target_kind text not null, target_id text, target_name text, actor_user_id ${int}, actor_email text,
       actor_key_id ${int}, actor_via text not null, address text, request_id text, hash text not null,
       state_before text, state_after text) ${end}`,
  );
  await run("create index audit_log_by_time on audit_log (made_at)");
  await run("create index audit_log_by_action on audit_log (action, id)");
  await run("create index audit_log_by_target on audit_log (target_kind, target_id, id)");
  await run("create index audit_log_by_actor on audit_log (actor_user_id, id)");
  await run(
    `create table idempotency_keys (owner text not null, key_hash text not null, request_hash text not null,
       made_at ${int} not null, expires_at ${int} not null, status ${int}, answer text,
       primary key (owner, key_hash)) ${end}`,
  );
  await run("create index idempotency_keys_by_expires_at on idempotency_keys (expires_at)");
}
