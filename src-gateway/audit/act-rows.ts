import { createHash } from "node:crypto";
import type { Selectable } from "kysely";
import type { AuditLogTable } from "../store/audit-tables.ts";
import type { RecordedAct } from "./types.ts";

export type ActRow = Selectable<AuditLogTable>;

/** What each row vouches for. A column that joins later comes at the end, and only where it is not null. */
const CHAINED = [
  "id",
  "made_at",
  "action",
  "target_kind",
  "target_id",
  "target_name",
  "actor_user_id",
  "actor_email",
  "actor_key_id",
  "actor_via",
  "address",
  "request_id",
  "state_before",
  "state_after",
] as const satisfies readonly (keyof ActRow)[];

/** What the first act follows. */
export const CHAIN_START = createHash("sha256").update("tokligence audit").digest("hex");

/** SHA-256 in hex, over the hash before and the row itself. */
export const hashOf = (before: string, row: Omit<ActRow, "hash">): string =>
  createHash("sha256")
    .update(before)
    .update(JSON.stringify(CHAINED.map((column) => row[column])))
    .digest("hex");

export function toRow(act: RecordedAct): Omit<ActRow, "hash"> {
  const { target, actor } = act;
  return {
    id: act.id,
    made_at: act.atUs,
    action: act.action,
    target_kind: target.kind,
    target_id: target.id,
    target_name: target.name,
    actor_user_id: actor.userId,
    actor_email: actor.email,
    actor_key_id: actor.apiKeyId,
    actor_via: actor.via,
    address: act.address,
    request_id: act.requestId,
    state_before: jsonOf(act.before),
    state_after: jsonOf(act.after),
  };
}

export function toAct(row: ActRow): RecordedAct {
  return {
    id: row.id,
    atUs: row.made_at,
    action: row.action,
    target: { kind: row.target_kind, id: row.target_id, name: row.target_name },
    actor: {
      userId: row.actor_user_id,
      email: row.actor_email,
      apiKeyId: row.actor_key_id,
      via: row.actor_via as RecordedAct["actor"]["via"],
    },
    address: row.address,
    requestId: row.request_id,
    before: stateOf(row.state_before),
    after: stateOf(row.state_after),
  };
}

/** PostgreSQL takes no NUL in a text, and JSON spells it with an escape. */
const jsonOf = (value: unknown): string | null =>
  value === null || value === undefined ? null : JSON.stringify(value);

/** A row that somebody edited by hand must not keep all others from being read. */
function stateOf(text: string | null): unknown {
  if (text === null) return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
