import { sql } from "kysely";
import type { MigrationStep } from "./migrate.ts";

/** Entries of the chain stand in blocks from here on. Those that are there stay as they are, and vouch on. */
export async function addChainBlocks({ db, dialect }: MigrationStep): Promise<void> {
  // The order of PostgreSQL's columns, in which no bytes are lost between them.
  const columns =
    dialect === "sqlite"
      ? "instance_id integer not null, first_place integer not null, entries integer not null, hash blob not null, packed blob not null"
      : "first_place bigint not null, instance_id integer not null, entries smallint not null, hash bytea not null, packed bytea not null";
  await sql
    .raw(
      `create table ledger_blocks (${columns}, primary key (instance_id, first_place)) ${dialect === "sqlite" ? "strict" : ""}`,
    )
    .execute(db);
  // Digests are no texts that could be compressed, and a block is read as a whole.
  if (dialect === "postgres")
    await sql
      .raw("alter table ledger_blocks alter column packed set storage plain, alter column hash set storage plain")
      .execute(db);
}
