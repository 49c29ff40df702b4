/** Reads and writes rows of stored bodies, on both databases. */
import { type Kysely, sql } from "kysely";
import { BODY_TABLES, type BodiesTable, type BodyDatabase } from "./body-tables.ts";
import type { BodyStore } from "./open-body-store.ts";
import { whileBusy } from "./while-busy.ts";

export interface BodyRow extends BodiesTable {
  /** Words that can be searched for, each once. */
  words: readonly string[];
}

/** What a younger turn needs to be packed against this one. */
export type ChainEnd = Pick<BodiesTable, "id" | "depth" | "chain_bytes" | "request_kept">;
export type ChainLink = Pick<BodiesTable, "id" | "prefix" | "suffix" | "request">;

export interface BodyRows {
  /** All or none; a body that is there already stays. */
  insert(rows: readonly BodyRow[]): Promise<void>;
  find(id: number): Promise<BodiesTable | null>;
  lastOf(conversation: string): Promise<ChainEnd | null>;
  /** What has to be unpacked for a request: the one that stands alone first, this one last. */
  chain(id: number): Promise<ChainLink[]>;
  /** Ids whose words fit, newest first, or oldest first after an id. @param words the last character `*` stands for any ending. */
  search(words: readonly string[], page: SearchPage): Promise<number[]>;
  /** The oldest, with what they take. */
  oldest(limit: number, beforeId: number | null): Promise<Pick<BodiesTable, "id" | "stored_bytes">[]>;
  ofUser(userId: number, limit: number): Promise<number[]>;
  storedBytes(): Promise<number>;
  /** Those of others that were packed against one of these. */
  dependents(ids: readonly number[]): Promise<number[]>;
  /** From here on it stands alone. */
  setAlone(id: number, packed: Buffer, storedDelta: number): Promise<void>;
  /** Bodies and all that hangs on them. */
  remove(ids: readonly number[]): Promise<void>;
  /** Gives freed space back to the disk, a little at a time. */
  shrink(): Promise<void>;
}

export interface SearchPage {
  beforeId?: number;
  afterId?: number;
  limit: number;
}

/** So many pages go back to the disk at once: 4 MiB. */
const SHRINK_PAGES = 1024;
const MERGE_PAGES = 64;

export function createBodyRows(store: BodyStore): BodyRows {
  const { db, dialect } = store;
  const isSqlite = dialect === "sqlite";
  return {
    insert: (rows) => whileBusy(() => db.transaction().execute((trx) => insertAll(trx, isSqlite, rows))),
    async find(id) {
      return (await db.selectFrom("bodies").selectAll().where("id", "=", id).executeTakeFirst()) ?? null;
    },
    async lastOf(conversation) {
      const query = db.selectFrom("bodies").select(["id", "depth", "chain_bytes", "request_kept"]);
      const last = query.where("conversation", "=", conversation).orderBy("id", "desc").limit(1);
      return (await last.executeTakeFirst()) ?? null;
    },
    async chain(id) {
      const { rows } = await sql<ChainLink>`
        with recursive links (id, base_id, place) as (
          select id, base_id, 0 from bodies where id = ${id}
          union all
          select base.id, base.base_id, links.place + 1 from bodies base join links on base.id = links.base_id
        )
        select bodies.id, prefix, suffix, request from links join bodies on bodies.id = links.id
        order by place desc`.execute(db);
      return rows;
    },
    search: (words, page) => search(db, isSqlite, words, page),
    oldest(limit, beforeId) {
      let query = db.selectFrom("bodies").select(["id", "stored_bytes"]).orderBy("id").limit(limit);
      if (beforeId !== null) query = query.where("id", "<", beforeId);
      return query.execute();
    },
    async ofUser(userId, limit) {
      const query = db.selectFrom("bodies").select("id").where("user_id", "=", userId).orderBy("id").limit(limit);
      return (await query.execute()).map(({ id }) => id);
    },
    async storedBytes() {
      const sum = await db
        .selectFrom("bodies")
        .select(sql<number>`coalesce(sum(stored_bytes), 0)`.as("bytes"))
        .executeTakeFirstOrThrow();
      return sum.bytes;
    },
    async dependents(ids) {
      const rows = await db
        .selectFrom("bodies")
        .select("id")
        .where("base_id", "in", [...ids])
        .where("id", "not in", [...ids])
        .execute();
      return rows.map(({ id }) => id);
    },
    setAlone: (id, packed, storedDelta) => setAlone(db, id, packed, storedDelta),
    async remove(ids) {
      if (ids.length > 0) await whileBusy(() => db.transaction().execute((trx) => removeAll(trx, isSqlite, ids)));
    },
    async shrink() {
      if (!isSqlite) return;
      // The index of words forgets what was removed only when its parts are joined, a few pages at a time.
      await whileBusy(() =>
        sql`insert into body_words (body_words, rank) values ('merge', ${MERGE_PAGES})`.execute(db),
      );
      await whileBusy(() => sql.raw(`pragma incremental_vacuum(${SHRINK_PAGES})`).execute(db));
    },
  };
}

async function setAlone(db: Kysely<BodyDatabase>, id: number, packed: Buffer, storedDelta: number): Promise<void> {
  const alone = { base_id: null, depth: 0, chain_bytes: 0, prefix: 0, suffix: 0, request: packed };
  await whileBusy(() =>
    db
      .updateTable("bodies")
      .set((row) => ({ ...alone, stored_bytes: row("stored_bytes", "+", storedDelta) }))
      .where("id", "=", id)
      .execute(),
  );
}

async function insertAll(trx: Kysely<BodyDatabase>, isSqlite: boolean, rows: readonly BodyRow[]): Promise<void> {
  for (const { words, ...row } of rows) {
    const { numInsertedOrUpdatedRows } = await trx
      .insertInto("bodies")
      .values(row)
      .onConflict((conflict) => conflict.column("id").doNothing())
      .executeTakeFirst();
    if (numInsertedOrUpdatedRows === 0n || words.length === 0) continue;
    await (isSqlite
      ? sql`insert into body_words (rowid, words) values (${row.id}, ${words.join(" ")})`
      : sql`insert into body_words (id, words) values (${row.id}, array_to_tsvector(${[...words]}::text[]))`
    ).execute(trx);
  }
}

async function removeAll(trx: Kysely<BodyDatabase>, isSqlite: boolean, ids: readonly number[]): Promise<void> {
  for (const { name, key, keyOnSqlite } of BODY_TABLES) {
    const column = sql.ref(isSqlite ? keyOnSqlite : key);
    await sql`delete from ${sql.table(name)} where ${column} in (${sql.join([...ids])})`.execute(trx);
  }
}

async function search(
  db: Kysely<BodyDatabase>,
  isSqlite: boolean,
  words: readonly string[],
  { beforeId, afterId, limit }: SearchPage,
): Promise<number[]> {
  if (words.length === 0) return [];
  const key = sql.ref(isSqlite ? "rowid" : "id");
  const fits = isSqlite
    ? sql`body_words match ${words.map(quoteForSqlite).join(" ")}`
    : sql`words @@ ${words.map(quoteForPostgres).join(" & ")}::tsquery`;
  const bounds = [
    fits,
    ...(beforeId === undefined ? [] : [sql`${key} < ${beforeId}`]),
    ...(afterId === undefined ? [] : [sql`${key} > ${afterId}`]),
  ];
  const order = sql.raw(afterId === undefined ? "desc" : "asc");
  const { rows } = await sql<{ id: number }>`
    select ${key} as id from body_words where ${sql.join(bounds, sql` and `)} order by ${key} ${order} limit ${limit}
  `.execute(db);
  return rows.map(({ id }) => id);
}

/** Words hold letters and digits only, and a star at the end. */
const quoteForSqlite = (word: string): string => (word.endsWith("*") ? `"${word.slice(0, -1)}"*` : `"${word}"`);
const quoteForPostgres = (word: string): string => (word.endsWith("*") ? `'${word.slice(0, -1)}':*` : `'${word}'`);
