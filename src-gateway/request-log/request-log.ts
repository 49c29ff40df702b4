/** What happened? `request-log/` reads the exchanges that the gateway recorded; nothing here writes. */
import { sql } from "kysely";
import { fromRow } from "../store/exchange-rows.ts";
import type { Store } from "../store/open-store.ts";
import type { ExchangeFilter, RequestLog } from "./types.ts";

export function createRequestLog({ db }: Store): RequestLog {
  return {
    async list(filter) {
      const rows = await select(filter).execute();
      return rows.map(fromRow);
    },
    async get(id) {
      const row = await db.selectFrom("exchanges").selectAll().where("id", "=", id).executeTakeFirst();
      return row ? fromRow(row) : null;
    },
  };

  function select(filter: ExchangeFilter) {
    let query = db.selectFrom("exchanges").selectAll();
    if (filter.afterId !== undefined) query = query.where("id", ">", filter.afterId);
    if (filter.beforeId !== undefined) query = query.where("id", "<", filter.beforeId);
    if (filter.fromUs !== undefined) query = query.where("id", ">=", filter.fromUs);
    if (filter.toUs !== undefined) query = query.where("id", "<", filter.toUs);
    if (filter.userId !== undefined) query = query.where("user_id", "=", filter.userId);
    if (filter.apiKeyId !== undefined) query = query.where("api_key_id", "=", filter.apiKeyId);
    if (filter.provider !== undefined) query = query.where("provider", "=", filter.provider);
    if (filter.surface !== undefined) query = query.where("surface", "=", filter.surface);
    if (filter.outcome !== undefined) query = query.where("outcome", "=", filter.outcome);
    // Written out, not as parameters: only then the index of what is not completed can answer.
    if (isRare(filter)) query = query.where(sql<boolean>`outcome <> 'completed'`);
    if (filter.failedOnly) query = query.where(sql<boolean>`outcome <> 'open'`);
    const { model } = filter;
    if (model !== undefined) {
      query = query.where((row) =>
        row.or([row("model_asked", "=", model), row("model_routed", "=", model), row("model_served", "=", model)]),
      );
    }
    const limit = Math.min(1000, Math.max(1, Math.trunc(filter.limit ?? 100)));
    return query.orderBy("id", filter.afterId === undefined ? "desc" : "asc").limit(limit);
  }
}

const isRare = ({ failedOnly, outcome }: ExchangeFilter): boolean =>
  failedOnly === true || (outcome !== undefined && outcome !== "completed");
