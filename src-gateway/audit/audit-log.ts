/**
 * The log of acts: every administrative change with its actor and the state before and after. Rows are only ever added,
 * and each one's hash includes the hash of the one before, so that whoever changes one later has to change all after it.
 */
import { type Kysely, type SelectQueryBuilder, sql } from "kysely";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import type { AuditLogTable } from "../store/audit-tables.ts";
import { describeError, isBusy, isUniqueViolation } from "../store/database-errors.ts";
import type { Store } from "../store/open-store.ts";
import type { Database } from "../store/schema.ts";
import { whileBusy } from "../store/while-busy.ts";
import { CHAIN_START, hashOf, toAct, toRow } from "./act-rows.ts";
import { cleanState } from "./clean-state.ts";
import type { ActFilter, AuditLog, NewAct, RecordedAct } from "./types.ts";
import { PRUNE_ACTION, verifyChain } from "./verify-chain.ts";

export interface AuditLogOptions {
  clock: Clock;
  log: Logger;
  /** Takes secrets out of a text. */
  redact: (text: string) => string;
}

const ROWS_AT_ONCE = 500;
const MAX_NAME = 300;

export function createAuditLog({ db }: Pick<Store, "db">, { clock, log, redact }: AuditLogOptions): AuditLog {
  const watchers = new Set<(act: RecordedAct) => void>();

  const record = async (act: NewAct): Promise<RecordedAct> => {
    const clean: NewAct = {
      ...act,
      target: { ...act.target, id: plain(act.target.id), name: plain(act.target.name, redact) },
      before: cleanState(act.before, redact),
      after: cleanState(act.after, redact),
    };
    let recorded: RecordedAct;
    try {
      // Of two that take the same place, the second one tries again after it.
      recorded = await whileBusy(() => append(db, clean, clock.nowUs()), {
        isPassing: (thrown) => isBusy(thrown) || isUniqueViolation(thrown),
      });
    } catch (error) {
      log.error({ ...describeError(error), act: clean }, "an act could not be written into the audit log");
      throw error;
    }
    for (const watcher of watchers) {
      try {
        watcher(recorded);
      } catch (error) {
        log.error({ err: error, action: recorded.action }, "one who watches acts has failed");
      }
    }
    return recorded;
  };

  return {
    record,
    watch(watcher) {
      watchers.add(watcher);
      return () => void watchers.delete(watcher);
    },
    async list(filter, { beforeId, limit }) {
      let query = narrow(db.selectFrom("audit_log").selectAll(), filter).orderBy("id", "desc").limit(limit);
      if (beforeId !== undefined) query = query.where("id", "<", beforeId);
      return (await query.execute()).map(toAct);
    },
    async *all(filter) {
      for (let last = 0; ; ) {
        const rows = await narrow(db.selectFrom("audit_log").selectAll(), filter)
          .where("id", ">", last)
          .orderBy("id")
          .limit(ROWS_AT_ONCE)
          .execute();
        for (const row of rows) yield toAct(row);
        last = rows.at(-1)?.id ?? last;
        if (rows.length < ROWS_AT_ONCE) return;
      }
    },
    verify: () => verifyChain(db),
    prune: (beforeUs) => prune(db, record, beforeUs),
  };
}

/** First the act: what is left has to say what it follows, whatever happens in between. */
async function prune(db: Kysely<Database>, record: AuditLog["record"], beforeUs: number): Promise<number> {
  const last = await db
    .selectFrom("audit_log")
    .select(["id", "hash"])
    .where("made_at", "<", beforeUs)
    .orderBy("id", "desc")
    .limit(1)
    .executeTakeFirst();
  if (!last) return 0;
  await record({
    action: PRUNE_ACTION,
    target: { kind: "audit_log", id: null, name: null },
    before: null,
    after: { throughId: last.id, hash: last.hash, beforeUs },
    actor: { userId: null, email: null, apiKeyId: null, via: "system" },
    address: null,
    requestId: null,
  });
  const { numDeletedRows } = await whileBusy(() =>
    db.deleteFrom("audit_log").where("id", "<=", last.id).executeTakeFirst(),
  );
  return Number(numDeletedRows);
}

async function append(db: Kysely<Database>, act: NewAct, nowUs: number): Promise<RecordedAct> {
  const end = await db.selectFrom("audit_log").select(["id", "hash"]).orderBy("id", "desc").limit(1).executeTakeFirst();
  const recorded: RecordedAct = { ...act, id: (end?.id ?? 0) + 1, atUs: nowUs };
  const row = toRow(recorded);
  await db
    .insertInto("audit_log")
    .values({ ...row, hash: hashOf(end?.hash ?? CHAIN_START, row) })
    .execute();
  return recorded;
}

function narrow<Out>(
  query: SelectQueryBuilder<Database, "audit_log", Out>,
  filter: ActFilter,
): SelectQueryBuilder<Database, "audit_log", Out> {
  let narrowed = query;
  const equals: [keyof AuditLogTable, string | number | undefined][] = [
    ["actor_user_id", filter.actorUserId],
    ["actor_email", filter.actorEmail],
    ["target_kind", filter.targetKind],
    ["target_id", filter.targetId],
  ];
  for (const [column, value] of equals) if (value !== undefined) narrowed = narrowed.where(column, "=", value);
  const { action, fromUs, toUs } = filter;
  if (action?.endsWith(".*")) {
    const start = action.slice(0, -1).replace(/[\\%_]/g, "\\$&");
    narrowed = narrowed.where(sql<boolean>`action like ${`${start}%`} escape '\\'`);
  } else if (action !== undefined) narrowed = narrowed.where("action", "=", action);
  if (fromUs !== undefined) narrowed = narrowed.where("made_at", ">=", fromUs);
  if (toUs !== undefined) narrowed = narrowed.where("made_at", "<", toUs);
  return narrowed;
}

/** What every database gives back as it took it. */
const plain = (text: string | null, redact = (same: string) => same): string | null =>
  text === null ? null : redact(text).slice(0, MAX_NAME).replaceAll("\0", "").toWellFormed();
