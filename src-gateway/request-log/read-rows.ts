/** The newest, or the next, rows that fit a filter, by an index of it. */
import { type RawBuilder, sql } from "kysely";
import { ID_SPAN, ROUTED_ELSEWHERE, SERVED_ELSEWHERE } from "../store/lean-columns.ts";
import type { NumberedRow } from "../store/named-rows.ts";
import { findNumbers } from "../store/names.ts";
import type { Store } from "../store/open-store.ts";
import type { ExchangeFilter } from "./types.ts";

/** @param among ids that alone come into question. */
export async function readRows(
  store: Store,
  filter: ExchangeFilter,
  limit: number,
  among?: readonly number[],
): Promise<NumberedRow[]> {
  const texts = [filter.provider, filter.surface, filter.model].filter((text) => text !== undefined);
  const numbers = texts.length === 0 ? new Map<string, number>() : await findNumbers(store.db, texts);
  // What has no number stands in no row.
  if (texts.some((text) => !numbers.has(text))) return [];
  const found = await Promise.all(
    modelPlaces(filter, numbers).map((place) =>
      select(store, { filter, numbers, place, ...(among ? { among } : {}) })
        .limit(limit)
        .execute(),
    ),
  );
  const [only = [], ...more] = found;
  if (more.length === 0) return only;
  const sign = isForward(filter) ? 1 : -1;
  return found
    .flat()
    .toSorted((a, b) => (a.id - b.id) * sign)
    .slice(0, limit);
}

interface Page {
  filter: ExchangeFilter;
  numbers: ReadonlyMap<string, number>;
  place: RawBuilder<boolean> | null;
  among?: readonly number[];
}

function select({ db, dialect }: Store, { filter, numbers, place, among }: Page) {
  let query = db.selectFrom("exchange_numbers").selectAll();
  if (among !== undefined) query = query.where("id", "in", among);
  if (filter.afterId !== undefined) query = query.where("id", ">", filter.afterId);
  if (filter.beforeId !== undefined) query = query.where("id", "<", filter.beforeId);
  if (filter.fromUs !== undefined) query = query.where("id", ">=", filter.fromUs);
  if (filter.toUs !== undefined) query = query.where("id", "<", filter.toUs);
  if (filter.userId !== undefined) query = query.where(sql<boolean>`user_id = ${whole(filter.userId)}`);
  if (filter.apiKeyId !== undefined) query = query.where(sql<boolean>`api_key_id = ${whole(filter.apiKeyId)}`);
  if (filter.provider !== undefined) query = query.where("provider", "=", numbers.get(filter.provider) ?? null);
  if (filter.surface !== undefined) query = query.where("surface", "=", numbers.get(filter.surface) ?? -1);
  if (filter.outcome !== undefined) query = query.where("outcome", "=", filter.outcome);
  // Written out, not as parameters: only then the indexes of what is not completed can answer.
  if (isRare(filter)) query = query.where(sql<boolean>`outcome <> 'completed'`);
  if (filter.failedOnly) query = query.where(sql<boolean>`outcome <> 'open'`);
  if (place !== null) query = query.where(place);
  const order = isForward(filter) ? "asc" : "desc";
  // The same order as that of the ids, and the one in which these indexes are.
  if (dialect === "postgres" && isIndexedBySpan(filter)) query = query.orderBy(sql.raw(ID_SPAN), order);
  return query.orderBy("id", order);
}

/** One query for each place where a model may stand: each has an index, and no row is in two. */
function modelPlaces({ model }: ExchangeFilter, numbers: ReadonlyMap<string, number>): (RawBuilder<boolean> | null)[] {
  const number = model === undefined ? undefined : numbers.get(model);
  if (number === undefined) return [null];
  return [
    sql`model_asked = ${number}`,
    sql`model_routed = ${number} and ${sql.raw(ROUTED_ELSEWHERE)}`,
    sql`model_served = ${number} and ${sql.raw(SERVED_ELSEWHERE)}`,
  ];
}

/** Ids that nobody has may be beyond what the column holds. */
const whole = (id: number): RawBuilder<number> => sql`cast(${id} as bigint)`;

const isForward = ({ afterId }: ExchangeFilter): boolean => afterId !== undefined;

const isRare = ({ failedOnly, outcome }: ExchangeFilter): boolean =>
  failedOnly === true || (outcome !== undefined && outcome !== "completed");

const isIndexedBySpan = ({ userId, apiKeyId, provider, model }: ExchangeFilter): boolean =>
  [userId, apiKeyId, provider, model].some((each) => each !== undefined);
