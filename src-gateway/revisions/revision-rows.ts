/** Revisions in the database. */
import { createHash } from "node:crypto";
import type { Store } from "../store/open-store.ts";
import { whileBusy } from "../store/while-busy.ts";
import type { Revision, RevisionVia, RevisionWithText } from "./types.ts";

export interface NewRevision {
  atUs: number;
  via: RevisionVia;
  author: string | null;
  message: string | null;
  basedOn: number | null;
  hidden: number;
  text: string;
}

export interface RevisionRows {
  newest(): Promise<RevisionWithText | null>;
  newestId(): Promise<number>;
  list(question: { beforeId?: number; limit: number }): Promise<Revision[]>;
  find(id: number): Promise<RevisionWithText | null>;
  /** @param after the id of the newest one that there may be; null when somebody was faster, and nothing was added. */
  add(revision: NewRevision, after: number | null): Promise<Revision | null>;
  remove(id: number): Promise<void>;
}

export const sha256Of = (text: string): string => createHash("sha256").update(text).digest("hex");

/** @param source whose they are: `database`, or the path of a file. */
export function createRevisionRows({ db }: Pick<Store, "db">, source: string): RevisionRows {
  const select = () =>
    db
      .selectFrom("config_revisions")
      .select(["id", "made_at", "made_via", "author", "message", "based_on", "sha256", "hidden"])
      .where("source", "=", source)
      .orderBy("id", "desc");
  const newestId = async (): Promise<number> => (await select().limit(1).executeTakeFirst())?.id ?? 0;

  const insert = async (revision: NewRevision, id: number): Promise<boolean> => {
    const [result] = await db
      .insertInto("config_revisions")
      .values({
        id,
        source,
        made_at: revision.atUs,
        made_via: revision.via,
        author: revision.author,
        message: revision.message,
        based_on: revision.basedOn,
        sha256: sha256Of(revision.text),
        hidden: revision.hidden,
        content: revision.text,
      })
      .onConflict((conflict) => conflict.column("id").doNothing())
      .execute();
    return (result?.numInsertedOrUpdatedRows ?? 0n) > 0n;
  };

  return {
    newestId,
    async newest() {
      const row = await select().select("content").limit(1).executeTakeFirst();
      return row ? { ...revisionOf(row), text: row.content } : null;
    },
    async list({ beforeId, limit }) {
      const query = beforeId === undefined ? select() : select().where("id", "<", beforeId);
      return (await query.limit(limit).execute()).map(revisionOf);
    },
    async find(id) {
      const row = await select().select("content").where("id", "=", id).executeTakeFirst();
      return row ? { ...revisionOf(row), text: row.content } : null;
    },
    async add(revision, after) {
      const { text, ...facts } = revision;
      for (;;) {
        // Whoever adds a row after this look takes the id that this one would take, so that one of both notices.
        const { last } = await db
          .selectFrom("config_revisions")
          .select(({ fn }) => fn.max("id").as("last"))
          .executeTakeFirstOrThrow();
        if (after !== null && (await newestId()) !== after) return null;
        const id = (last ?? 0) + 1;
        if (await whileBusy(() => insert(revision, id))) return { ...facts, id, sha256: sha256Of(text) };
      }
    },
    async remove(id) {
      await whileBusy(() => db.deleteFrom("config_revisions").where("id", "=", id).execute());
    },
  };
}

function revisionOf(row: {
  id: number;
  made_at: number;
  made_via: string;
  author: string | null;
  message: string | null;
  based_on: number | null;
  sha256: string;
  hidden: number;
}): Revision {
  return {
    id: row.id,
    atUs: row.made_at,
    via: row.made_via as RevisionVia,
    author: row.author,
    message: row.message,
    basedOn: row.based_on,
    sha256: row.sha256,
    hidden: row.hidden,
  };
}
