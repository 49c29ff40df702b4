/**
 * Answers that are kept for requests with an `Idempotency-Key`, so that one that is sent again is answered again and not done
 * again, at whichever gateway of the database it arrives. An answer may hold a new secret: it is sealed with a key that
 * follows from this gateway's secret and from the idempotency key, of which the database has only a hash.
 */
import { createHash } from "node:crypto";
import type { Kysely } from "kysely";
import type { Clock } from "../lib/clock.ts";
import { isUniqueViolation } from "../store/database-errors.ts";
import type { Store } from "../store/open-store.ts";
import type { Database } from "../store/schema.ts";
import { whileBusy } from "../store/while-busy.ts";

export interface KeptQuestion {
  /** Whose key it is; the same key of somebody else is another one. */
  owner: string;
  key: string;
  /** All that matters of the request. */
  request: string;
}

export interface KeptAnswer {
  status: number;
  /** JSON; null where it was too long to be kept. */
  body: string | null;
}

export type Claim =
  | { is: "new"; settle(answer: { status: number; body: string }): Promise<void>; drop(): Promise<void> }
  | ({ is: "answered" } & KeptAnswer)
  /** It was begun at that time and has not ended; when its gateway died meanwhile, it never will. */
  | { is: "running"; sinceUs: number }
  /** The key was used for another request. */
  | { is: "other" };

export interface KeptAnswers {
  claim(question: KeptQuestion): Promise<Claim>;
}

export interface Seals {
  close(text: string): string;
  open(sealed: string): string | null;
}

const KEEP_US = 24 * 3_600_000_000;
const MAX_CHARACTERS = 256 * 1024;

/** @param sealFor a seal whose secret follows from the text. */
export function createKeptAnswers(
  { db }: Pick<Store, "db">,
  clock: Clock,
  sealFor: (text: string) => Seals,
): KeptAnswers {
  return {
    async claim({ owner, key, request }) {
      const now = clock.nowUs();
      const row = { owner, key_hash: digest(`${owner}\n${key}`), request_hash: digest(request) };
      const seal = () => sealFor(`idempotent answer\n${owner}\n${key}`);
      await whileBusy(() => db.deleteFrom("idempotency_keys").where("expires_at", "<=", now).execute());
      if (await insert(db, { ...row, made_at: now, expires_at: now + KEEP_US })) {
        const own = { owner, key_hash: row.key_hash };
        return {
          is: "new",
          settle: ({ status, body }) => {
            const answer = body.length <= MAX_CHARACTERS ? seal().close(body) : null;
            return update(db, own, { status, answer });
          },
          drop: () => remove(db, own),
        };
      }
      const known = await db
        .selectFrom("idempotency_keys")
        .selectAll()
        .where("owner", "=", owner)
        .where("key_hash", "=", row.key_hash)
        .executeTakeFirst();
      // Dropped between the two: the one who asks looks again.
      if (!known) return { is: "running", sinceUs: now };
      if (known.request_hash !== row.request_hash) return { is: "other" };
      if (known.status === null) return { is: "running", sinceUs: known.made_at };
      return { is: "answered", status: known.status, body: known.answer === null ? null : seal().open(known.answer) };
    },
  };
}

type OwnKey = { owner: string; key_hash: string };

/** False when the key is there already. */
async function insert(
  db: Kysely<Database>,
  row: OwnKey & { request_hash: string; made_at: number; expires_at: number },
): Promise<boolean> {
  try {
    await whileBusy(() =>
      db
        .insertInto("idempotency_keys")
        .values({ ...row, status: null, answer: null })
        .execute(),
    );
    return true;
  } catch (error) {
    if (isUniqueViolation(error)) return false;
    throw error;
  }
}

async function update(
  db: Kysely<Database>,
  { owner, key_hash }: OwnKey,
  answer: { status: number; answer: string | null },
): Promise<void> {
  await whileBusy(() =>
    db
      .updateTable("idempotency_keys")
      .set(answer)
      .where("owner", "=", owner)
      .where("key_hash", "=", key_hash)
      .execute(),
  );
}

async function remove(db: Kysely<Database>, { owner, key_hash }: OwnKey): Promise<void> {
  await whileBusy(() =>
    db.deleteFrom("idempotency_keys").where("owner", "=", owner).where("key_hash", "=", key_hash).execute(),
  );
}

const digest = (text: string): string => createHash("sha256").update(text).digest("base64url");
