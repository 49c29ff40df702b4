/** What happened? `request-log/` reads the exchanges that the gateway recorded; nothing here writes. */
import type { Kysely, Selectable } from "kysely";
import { fromRow } from "../store/exchange-rows.ts";
import { withTexts } from "../store/named-rows.ts";
import type { Store } from "../store/open-store.ts";
import type { Database, ExchangesTable } from "../store/schema.ts";
import { readRows } from "./read-rows.ts";
import type { BodyArchive, ExchangeFilter, RequestLog } from "./types.ts";

/** @param bodies where words of prompts and answers are found; without it none are. */
export function createRequestLog(store: Store, bodies: Pick<BodyArchive, "search"> | null = null): RequestLog {
  const { db } = store;
  return {
    async list(filter) {
      if (filter.q !== undefined) return (await listWithWords(filter, filter.q)).map(fromRow);
      const rows = await readRows(store, filter, limitOf(filter));
      return (await withTexts(db, rows)).map(fromRow);
    },
    async get(id) {
      return (await readOne(db, id)).map(fromRow)[0] ?? null;
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
      found.push(...(await withTexts(db, await readRows(store, filter, limit - found.length, ids))));
      const isBehind = from !== undefined && !isForward && filter.fromUs !== undefined && from < filter.fromUs;
      if (ids.length < SEARCH_PAGE || isBehind) break;
    }
    return found;
  }
}

async function readOne(db: Kysely<Database>, id: number): Promise<Selectable<ExchangesTable>[]> {
  return withTexts(db, await db.selectFrom("exchange_numbers").selectAll().where("id", "=", id).execute());
}

const limitOf = ({ limit }: ExchangeFilter): number => Math.min(1000, Math.max(1, Math.trunc(limit ?? 100)));
const bestOf = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
const SEARCH_PAGE = 500;
