/**
 * The tables of stored bodies: of a file of their own beside an SQLite ledger, and of the ledger's own database on
 * PostgreSQL. Times are microseconds since 1970.
 */
import { type Kysely, sql } from "kysely";
import type { DialectName } from "./open-store.ts";

/** The request and the answer of one exchange. */
export interface BodiesTable {
  /** Of the exchange. */
  id: number;
  user_id: number | null;
  api_key_id: number | null;
  /** Which requests go on from each other; null where that cannot be told. */
  conversation: string | null;
  /** The body that this request was packed against; null when it stands alone. */
  base_id: number | null;
  /** How many bodies have to be unpacked before this one, and their bytes. */
  depth: number;
  chain_bytes: number;
  /** Bytes of the request that are the base's, at its beginning and its end. */
  prefix: number;
  suffix: number;
  /** As it arrived, and as it is kept. */
  request_bytes: number;
  request_kept: number;
  answer_bytes: number;
  answer_kept: number;
  /** What the row takes here, its words included, about. */
  stored_bytes: number;
  /** JSON: method, path, harmless headers, the answer's content type. */
  head: string;
  request: Buffer | null;
  answer: Buffer | null;
}

export interface BodyDatabase {
  bodies: BodiesTable;
}

/** Tables with a row per stored body; the first column names it. What removes a body removes it from all of them. */
export const BODY_TABLES = [
  { name: "body_words", key: "id", keyOnSqlite: "rowid" },
  { name: "bodies", key: "id", keyOnSqlite: "id" },
] as const;

export async function createBodyTables(db: Kysely<BodyDatabase>, dialect: DialectName): Promise<void> {
  const isSqlite = dialect === "sqlite";
  const [int, blob, end] = isSqlite ? ["integer", "blob", "strict"] : ["bigint", "bytea", ""];
  const run = (text: string): Promise<unknown> => sql.raw(text).execute(db);
  // The long columns last: SQLite reads a row from its beginning.
  await run(
    `create table bodies (id ${int} not null primary key, user_id ${int}, api_key_id ${int}, conversation text,
       base_id ${int} references bodies (id), depth ${int} not null, chain_bytes ${int} not null, prefix ${int} not null, suffix ${int} not null,
       request_bytes ${int} not null, request_kept ${int} not null, answer_bytes ${int} not null,
       answer_kept ${int} not null, stored_bytes ${int} not null, head text not null, request ${blob}, answer ${blob}
     ) ${end}`,
  );
  await run("create index bodies_by_conversation on bodies (conversation, id) where conversation is not null");
  await run("create index bodies_by_base on bodies (base_id) where base_id is not null");
  await run("create index bodies_by_size on bodies (id, stored_bytes)");
  if (isSqlite) {
    await run("create virtual table body_words using fts5(words, content='', contentless_delete=1, detail=none)");
    return;
  }
  // They are compressed already; a second try only costs time.
  await run("alter table bodies alter column request set storage external, alter column answer set storage external");
  await run("create table body_words (id bigint not null primary key, words tsvector not null)");
  await run("create index body_words_by_word on body_words using gin (words)");
}
