/** What keeps rows of exchanges small on PostgreSQL, and what lists of them are found by. */

/** How many microseconds of ids, as a power of two, the indexes of PostgreSQL put together: eighteen minutes. */
const SPAN_BITS = 30;

/**
 * The place of an id in those indexes. The exchanges of one key in one span are one entry with a short list of rows, a
 * quarter of what an entry for each takes. Queries have to say it in these very words.
 */
export const ID_SPAN = `((id >> ${SPAN_BITS})::integer)`;
export const spanOf = (id: number): number => Math.floor(id / 2 ** SPAN_BITS);

/**
 * Where a model is found that a row does not name as the one that was asked for. For most rows these are the same, so
 * indexes under these conditions are small. Queries have to say them in these very words.
 */
export const ROUTED_ELSEWHERE = "model_routed is distinct from model_asked";
export const SERVED_ELSEWHERE =
  "model_served is distinct from model_asked and model_served is distinct from model_routed";

/** What counts of tokens are cut off at: the columns have four bytes. */
export const MAX_TOKENS = 2 ** 31 - 1;
