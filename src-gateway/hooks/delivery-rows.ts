/** The deliveries in the database: what waits, who tries it now, and what became of it. Shared by all gateways on it. */
import { type ExpressionBuilder, sql } from "kysely";
import type { Store } from "../store/open-store.ts";
import type { Database } from "../store/schema.ts";
import { whileBusy } from "../store/while-busy.ts";
import { createDeliveryClaims, type DeliveryClaims, deliveryOf } from "./delivery-claims.ts";
import type { Delivery, DeliveryFilter, DeliveryState, Outcome } from "./types.ts";

export interface NewDelivery {
  eventId: string;
  eventType: string;
  hook: string;
  body: string;
  orderKey: string | null;
}

export interface DeliveryRows extends DeliveryClaims {
  add(rows: readonly NewDelivery[], nowUs: number): Promise<void>;
  delivered(id: number, outcome: Outcome, nowUs: number): Promise<void>;
  /** @param nextAtUs null when it is not tried again. */
  failed(id: number, outcome: Outcome, nowUs: number, nextAtUs: number | null): Promise<void>;
  /** As if it had not been tried. */
  unclaim(id: number): Promise<void>;
  /** All that wait of a hook are given up. */
  giveUp(
    filter: { hook: string } | { othersThan: readonly string[]; beforeUs: number },
    why: string,
    nowUs: number,
  ): Promise<number>;
  list(filter: DeliveryFilter): Promise<Delivery[]>;
  find(id: number): Promise<Delivery | null>;
  /** Lets deliveries that are over be made once more. @returns how many. */
  replay(which: { id: number } | { dead: true; hook?: string }, nowUs: number): Promise<number>;
  prune(before: { deliveredUs: number; deadUs: number }): Promise<number>;
}

const MAX_ROWS_PER_INSERT = 200;
const MAX_PROBLEM = 1_000;

export function createDeliveryRows(store: Store): DeliveryRows {
  const { db } = store;
  const update = () => db.updateTable("hook_deliveries");
  const ended = (outcome: Outcome, nowUs: number, state: DeliveryState) => ({
    ...triedWith(outcome),
    state,
    ended_at: nowUs,
    claimed_by: null,
    claimed_until: 0,
  });
  const changed = async (query: { executeTakeFirst(): Promise<{ numUpdatedRows: bigint }> }): Promise<number> =>
    Number((await whileBusy(() => query.executeTakeFirst())).numUpdatedRows);

  return {
    ...createDeliveryClaims(store),
    ...readerOf(store),
    async add(rows, nowUs) {
      for (let from = 0; from < rows.length; from += MAX_ROWS_PER_INSERT) {
        const values = rows.slice(from, from + MAX_ROWS_PER_INSERT).map((row) => newRow(row, nowUs));
        await whileBusy(() => db.insertInto("hook_deliveries").values(values).execute());
      }
    },
    async delivered(id, outcome, nowUs) {
      await changed(
        update()
          .set(ended(outcome, nowUs, "delivered"))
          .where("id", "=", id),
      );
    },
    async failed(id, outcome, nowUs, nextAtUs) {
      const values =
        nextAtUs === null
          ? ended(outcome, nowUs, "dead")
          : { ...triedWith(outcome), next_at: nextAtUs, claimed_by: null, claimed_until: 0 };
      await changed(update().set(values).where("id", "=", id));
    },
    async unclaim(id) {
      const values = { claimed_by: null, claimed_until: 0, attempts: sql<number>`attempts - 1` };
      await changed(update().set(values).where("id", "=", id).where("state", "=", "waiting"));
    },
    giveUp(filter, why, nowUs) {
      const query = update()
        .set({ state: "dead", ended_at: nowUs, last_problem: why, claimed_by: null, claimed_until: 0 })
        .where("state", "=", "waiting");
      if ("hook" in filter) return changed(query.where("hook", "=", filter.hook));
      const old = query.where("tries_since", "<", filter.beforeUs);
      return changed(filter.othersThan.length === 0 ? old : old.where("hook", "not in", filter.othersThan));
    },
    replay(which, nowUs) {
      const again = { state: "waiting", attempts: 0, tries_since: nowUs, next_at: nowUs, ended_at: null };
      const query = update().set(again);
      if ("id" in which) return changed(query.where("id", "=", which.id).where("state", "!=", "waiting"));
      const dead = query.where("state", "=", "dead");
      return changed(which.hook === undefined ? dead : dead.where("hook", "=", which.hook));
    },
    async prune({ deliveredUs, deadUs }) {
      const old = (where: ExpressionBuilder<Database, "hook_deliveries">) =>
        where.or([
          where.and([where("state", "=", "delivered"), where("ended_at", "<", deliveredUs)]),
          where.and([where("state", "=", "dead"), where("ended_at", "<", deadUs)]),
        ]);
      const done = await whileBusy(() => db.deleteFrom("hook_deliveries").where(old).executeTakeFirst());
      return Number(done.numDeletedRows);
    },
  };
}

function readerOf({ db }: Store): Pick<DeliveryRows, "list" | "find"> {
  return {
    async list({ hook, state, type, beforeId, limit }) {
      let query = db.selectFrom("hook_deliveries").selectAll().orderBy("id", "desc").limit(limit);
      if (hook !== undefined) query = query.where("hook", "=", hook);
      if (state !== undefined) query = query.where("state", "=", state);
      if (beforeId !== undefined) query = query.where("id", "<", beforeId);
      if (type !== undefined) {
        const like = type.replace(/[\\%_]/g, "\\$&").replaceAll("*", "%");
        query = query.where(sql<boolean>`event_type like ${like} escape '\\'`);
      }
      return (await query.execute()).map(deliveryOf);
    },
    async find(id) {
      const row = await db.selectFrom("hook_deliveries").selectAll().where("id", "=", id).executeTakeFirst();
      return row === undefined ? null : deliveryOf(row);
    },
  };
}

const newRow = ({ eventId, eventType, hook, body, orderKey }: NewDelivery, nowUs: number) => ({
  event_id: eventId,
  event_type: eventType,
  hook,
  body,
  order_key: orderKey,
  state: "waiting",
  attempts: 0,
  created_at: nowUs,
  tries_since: nowUs,
  next_at: nowUs,
  claimed_until: 0,
});

const triedWith = ({ code, ms, problem, output }: Outcome) => ({
  last_code: code,
  last_ms: ms,
  last_problem: problem?.slice(0, MAX_PROBLEM) ?? null,
  last_output: output === "" ? null : output,
});
