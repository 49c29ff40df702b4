/** What happened? `request-log/` reads the exchanges that the gateway recorded; nothing here writes. */
import { type Selectable, sql } from "kysely";
import { fromRow } from "../store/exchange-rows.ts";
import type { Store } from "../store/open-store.ts";
import type { ExchangesTable } from "../store/schema.ts";
import type { BodyArchive, ExchangeFilter, RequestLog } from "./types.ts";

/** @param bodies where words of prompts and answers are found; without it none are. */
export function createRequestLog({ db }: Store, bodies: Pick<BodyArchive, "search"> | null = null): RequestLog {
  return {
    async list(filter) {
      if (filter.q !== undefined) return (await listWithWords(filter, filter.q)).map(fromRow);
      const rows = await select(filter).execute();
      return rows.map(fromRow);
    },
    async get(id) {
      const row = await db.selectFrom("exchanges").selectAll().where("id", "=", id).executeTakeFirst();
      return row ? fromRow(row) : null;
    },
  };

  /** Pages through what the words fit, until enough of it fits the rest of the filter too. */
  async function listWithWords(filter: ExchangeFilter, words: string): Promise<Selectable<ExchangesTable>[]> {
    const limit = limitOf(filter);
    const found: Selectable<ExchangesTable>[] = [];
    const isForward = filter.afterId !== undefined;
    const first = isForward ? filter.afterId : bestOf(filter.beforeId, filter.toUs);
    for (let from = first; found.length < limit; ) {
      const page = {
        limit: SEARCH_PAGE,
        ...(from === undefined ? {} : isForward ? { afterId: from } : { beforeId: from }),
      };
      const ids = (await bodies?.search({ words, ...page })) ?? [];
      if (ids.length === 0) break;
      from = ids.at(-1);
      const rows = await select({ ...filter, limit: limit - found.length })
        .where("id", "in", ids)
        .execute();
      found.push(...rows);
      const isBehind = from !== undefined && !isForward && filter.fromUs !== undefined && from < filter.fromUs;
      if (ids.length < SEARCH_PAGE || isBehind) break;
    }
    return found;
  }

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
    return query.orderBy("id", filter.afterId === undefined ? "desc" : "asc").limit(limitOf(filter));
  }
}

const limitOf = ({ limit }: ExchangeFilter): number => Math.min(1000, Math.max(1, Math.trunc(limit ?? 100)));
const bestOf = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
const SEARCH_PAGE = 500;

const isRare = ({ failedOnly, outcome }: ExchangeFilter): boolean =>
  failedOnly === true || (outcome !== undefined && outcome !== "completed");
