/** Answers of Responses that are kept for their clients, and the chains that they form. */
import { type Kysely, sql } from "kysely";
import type { Store } from "./open-store.ts";
import type { Database } from "./schema.ts";
import { whileBusy } from "./while-busy.ts";

export interface StoredResponse {
  id: string;
  /** Nobody else is told that it exists. */
  owner: string;
  /** The answer that this one went on from; null at the beginning of a conversation. */
  previousId: string | null;
  createdAtUs: number;
  expiresAtUs: number;
  model: string;
  provider: string;
  /** JSON text: the list of the request's own items. */
  input: string;
  /** JSON text: the answer as the client got it. */
  response: string;
}

export type ChainLink = Pick<StoredResponse, "id" | "input" | "response">;

/** How a chain was not found: it is not there as a whole, or it is larger than wanted. */
export type ChainProblem = "missing" | "too-large";

export interface ResponseRepository {
  insert(response: StoredResponse): Promise<void>;
  /** Null when there is none that is alive and belongs to this owner. */
  find(id: string, owner: string, nowUs: number): Promise<StoredResponse | null>;
  /** The answer and all that it goes back to, oldest first. @param maxSize in characters of JSON. */
  chain(id: string, owner: string, nowUs: number, maxSize: number): Promise<ChainLink[] | ChainProblem>;
  /** False when there was none. */
  delete(id: string, owner: string): Promise<boolean>;
  /** Drops what has expired, except what a living answer goes back to. @returns how many, at most `limit`. */
  deleteExpired(nowUs: number, limit: number): Promise<number>;
}

/** No conversation is this long; a chain that is, is no chain. */
const MAX_LINKS = 10_000;
/** How many links are read in one statement. */
const LINKS_AT_ONCE = 200;

export function createResponseRepository({ db }: Store): ResponseRepository {
  return {
    async insert({ previousId, createdAtUs, expiresAtUs, ...rest }) {
      const row = {
        ...rest,
        previous_id: previousId,
        created_at: createdAtUs,
        expires_at: expiresAtUs,
        size: rest.input.length + rest.response.length,
      };
      await whileBusy(() => db.insertInto("stored_responses").values(row).execute());
    },
    async find(id, owner, nowUs) {
      const row = await db
        .selectFrom("stored_responses")
        .selectAll()
        .where("id", "=", id)
        .where("owner", "=", owner)
        .where("expires_at", ">", nowUs)
        .executeTakeFirst();
      if (!row) return null;
      const { previous_id, created_at, expires_at, size: _, ...rest } = row;
      return { ...rest, previousId: previous_id, createdAtUs: created_at, expiresAtUs: expires_at };
    },
    async chain(id, owner, nowUs, maxSize) {
      const links = await walk(db, id, owner, nowUs);
      if (links.length === 0 || links[0]?.previous_id !== null) return "missing";
      if (links.reduce((sum, link) => sum + link.size, 0) > maxSize) return "too-large";
      return read(
        db,
        links.map((link) => link.id),
      );
    },
    async delete(id, owner) {
      const { numDeletedRows } = await whileBusy(() =>
        db.deleteFrom("stored_responses").where("id", "=", id).where("owner", "=", owner).executeTakeFirst(),
      );
      return numDeletedRows > 0n;
    },
    async deleteExpired(nowUs, limit) {
      const { numAffectedRows } = await whileBusy(() =>
        sql`with recursive living (id, previous_id) as (
              select id, previous_id from stored_responses where expires_at > ${nowUs}
              union
              select parent.id, parent.previous_id from stored_responses parent
                join living on parent.id = living.previous_id
            )
            delete from stored_responses where id in (
              select id from stored_responses
                where expires_at <= ${nowUs} and id not in (select id from living) limit ${limit}
            )`.execute(db),
      );
      return Number(numAffectedRows ?? 0n);
    },
  };
}

/** Oldest first, without the long columns. Only the last link has to be alive: it keeps those before it. */
async function walk(db: Kysely<Database>, id: string, owner: string, nowUs: number) {
  const { rows } = await sql<{ id: string; previous_id: string | null; size: number }>`
    with recursive chain (id, previous_id, size, depth) as (
      select id, previous_id, size, 0 from stored_responses
        where id = ${id} and owner = ${owner} and expires_at > ${nowUs}
      union all
      select parent.id, parent.previous_id, parent.size, chain.depth + 1 from stored_responses parent
        join chain on parent.id = chain.previous_id
        where parent.owner = ${owner} and chain.depth < ${MAX_LINKS}
    )
    select id, previous_id, size from chain order by depth desc`.execute(db);
  return rows;
}

async function read(db: Kysely<Database>, ids: string[]): Promise<ChainLink[] | "missing"> {
  const found = new Map<string, ChainLink>();
  for (let at = 0; at < ids.length; at += LINKS_AT_ONCE) {
    const rows = await db
      .selectFrom("stored_responses")
      .select(["id", "input", "response"])
      .where("id", "in", ids.slice(at, at + LINKS_AT_ONCE))
      .execute();
    for (const row of rows) found.set(row.id, row);
  }
  const links = ids.flatMap((id) => found.get(id) ?? []);
  // One may have been deleted meanwhile.
  return links.length === ids.length ? links : "missing";
}
