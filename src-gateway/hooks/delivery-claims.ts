/** Who tries which delivery now: claims for a while, so that gateways on one database share the work. */
import { type ExpressionBuilder, type Selectable, sql } from "kysely";
import type { HookDeliveriesTable } from "../store/hook-tables.ts";
import type { Store } from "../store/open-store.ts";
import type { Database } from "../store/schema.ts";
import { whileBusy } from "../store/while-busy.ts";
import type { Delivery, DeliveryState } from "./types.ts";

export interface ClaimedDelivery extends Delivery {
  triesSinceUs: number;
}

/** Which gateway claims, and until when the others leave it alone. */
export interface Claim {
  hook: string;
  /** The run of this gateway. */
  by: number;
  nowUs: number;
  untilUs: number;
  limit: number;
}

export interface DeliveryClaims {
  claim(claim: Claim): Promise<ClaimedDelivery[]>;
  /** When the next one that waits may be tried; null when none waits for its time. */
  nextAtUs(hooks: readonly string[], afterUs: number): Promise<number | null>;
}

type Row = Selectable<HookDeliveriesTable>;
type Where = ExpressionBuilder<Database, "hook_deliveries">;

export function createDeliveryClaims({ db }: Store): DeliveryClaims {
  return {
    async claim({ hook, by, nowUs, untilUs, limit }) {
      // An update takes SQLite's only lock for writing even when it finds nothing.
      const due = await db
        .selectFrom("hook_deliveries")
        .select("id")
        .where("state", "=", "waiting")
        .where("hook", "=", hook)
        .where("next_at", "<=", nowUs)
        .limit(1)
        .executeTakeFirst();
      if (due === undefined) return [];
      const rows = await whileBusy(() =>
        db
          .updateTable("hook_deliveries")
          .set({
            claimed_by: by,
            claimed_until: untilUs,
            last_at: nowUs,
            attempts: sql<number>`attempts + 1`,
          })
          .where("state", "=", "waiting")
          .where((where) => isFree(where, nowUs))
          .where("id", "in", (from) =>
            from
              .selectFrom("hook_deliveries")
              .select("id")
              .where("state", "=", "waiting")
              .where("hook", "=", hook)
              .where("next_at", "<=", nowUs)
              .where((where) => isFree(where, nowUs))
              .where(isFirstOfItsKey)
              .orderBy("id")
              .limit(limit),
          )
          .returningAll()
          .execute(),
      );
      return rows.map((row) => ({ ...deliveryOf(row), triesSinceUs: row.tries_since })).sort((a, b) => a.id - b.id);
    },
    async nextAtUs(hooks, afterUs) {
      if (hooks.length === 0) return null;
      const found = await db
        .selectFrom("hook_deliveries")
        .select((fn) => fn.fn.min("next_at").as("at"))
        .where("state", "=", "waiting")
        .where("hook", "in", hooks)
        .where("next_at", ">", afterUs)
        .executeTakeFirst();
      return found?.at ?? null;
    },
  };
}

/** Nobody tries it now, or whoever did has ended without saying so. */
function isFree(where: Where, nowUs: number) {
  const ended = where.selectFrom("instances").select("instances.id").where("stopped_at", "is not", null);
  return where.or([where("claimed_until", "<=", nowUs), where("claimed_by", "in", ended)]);
}

/** Nothing before it about the same user still waits for the same hook. */
function isFirstOfItsKey(where: Where) {
  const earlier = where
    .selectFrom("hook_deliveries as earlier")
    .select(sql<number>`1`.as("one"))
    .where("earlier.state", "=", "waiting")
    .whereRef("earlier.hook", "=", "hook_deliveries.hook")
    .whereRef("earlier.order_key", "=", "hook_deliveries.order_key")
    .whereRef("earlier.id", "<", "hook_deliveries.id");
  return where.or([where("hook_deliveries.order_key", "is", null), where.not(where.exists(earlier))]);
}

export const deliveryOf = (row: Row): Delivery => ({
  id: row.id,
  eventId: row.event_id,
  eventType: row.event_type,
  hook: row.hook,
  body: row.body,
  state: row.state as DeliveryState,
  attempts: row.attempts,
  createdAtUs: row.created_at,
  nextAtUs: row.state === "waiting" ? row.next_at : null,
  lastAtUs: row.last_at,
  lastCode: row.last_code,
  lastMs: row.last_ms,
  lastProblem: row.last_problem,
  lastOutput: row.last_output,
});
