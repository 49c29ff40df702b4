/** The texts that rows name by number. */
import { createHash } from "node:crypto";
import type { Kysely } from "kysely";
import type { Database } from "./schema.ts";

/** The numbers of texts. */
export type NameNumbers = Pick<ReadonlyMap<string, number>, "get">;

export interface Names {
  /** The numbers of the texts; those that are new are added. To be called inside the transaction that uses them. */
  numbersOf(db: Kysely<Database>, texts: Iterable<string>): Promise<NameNumbers>;
  /** The transaction is through. */
  settle(): void;
  /** The transaction came to nothing, and what it added with it. */
  forget(): void;
}

/** Sessions come and go; what is forgotten here is found again in the database. */
const MAX_KNOWN = 50_000;
/** Statements have an upper bound on parameters. */
const CHUNK = 300;

export function createNames(): Names {
  let known = new Map<string, number>();
  const next = new Map<string, number>();
  const numbers: NameNumbers = { get: (text) => known.get(text) ?? next.get(text) };
  return {
    async numbersOf(db, texts) {
      const missing = new Set<string>();
      for (const text of texts) if (numbers.get(text) === undefined) missing.add(text);
      if (missing.size > 0) for (const [text, number] of await addNames(db, [...missing])) next.set(text, number);
      return numbers;
    },
    settle() {
      if (known.size + next.size > MAX_KNOWN) known = new Map();
      for (const [text, number] of next) known.set(text, number);
      next.clear();
    },
    forget() {
      next.clear();
    },
  };
}

/** @returns the number of each text, whether or not it was there before. */
export async function addNames(db: Kysely<Database>, texts: readonly string[]): Promise<Map<string, number>> {
  const numbers = new Map<string, number>();
  // Two texts with one digest are hardly ever met; then the second one goes to the next free number.
  for (let left = texts.map((text) => ({ text, digest: digestOfText(text) })); left.length > 0; ) {
    const taken: typeof left = [];
    for (let at = 0; at < left.length; at += CHUNK) {
      const chunk = left.slice(at, at + CHUNK);
      // One after the other gives a number to a text only once, also where two replicas add it at the same moment.
      await db
        .insertInto("names")
        .values(chunk.toSorted((a, b) => a.digest - b.digest))
        .onConflict((conflict) => conflict.column("digest").doNothing())
        .execute();
      const found = await db
        .selectFrom("names")
        .select(["id", "digest", "text"])
        .where(
          "digest",
          "in",
          chunk.map(({ digest }) => digest),
        )
        .execute();
      const byDigest = new Map(found.map((name) => [name.digest, name]));
      for (const { text, digest } of chunk) {
        const name = byDigest.get(digest);
        if (name?.text === text) numbers.set(text, name.id);
        else taken.push({ text, digest: digest + 1 });
      }
    }
    left = taken;
  }
  return numbers;
}

/** @returns the numbers of those texts that have one. */
export async function findNumbers(db: Kysely<Database>, texts: Iterable<string>): Promise<Map<string, number>> {
  const numbers = new Map<string, number>();
  for (let left = [...new Set(texts)].map((text) => ({ text, digest: digestOfText(text) })); left.length > 0; ) {
    const digests = left.map(({ digest }) => digest);
    const found = await db
      .selectFrom("names")
      .select(["id", "digest", "text"])
      .where("digest", "in", digests)
      .execute();
    const byDigest = new Map(found.map((name) => [name.digest, name]));
    const taken: typeof left = [];
    for (const { text, digest } of left) {
      const name = byDigest.get(digest);
      if (name?.text === text) numbers.set(text, name.id);
      else if (name !== undefined) taken.push({ text, digest: digest + 1 });
    }
    left = taken;
  }
  return numbers;
}

export async function readTexts(db: Kysely<Database>, numbers: Iterable<number>): Promise<Map<number, string>> {
  const texts = new Map<number, string>();
  const left = [...new Set(numbers)];
  while (left.length > 0) {
    const found = await db
      .selectFrom("names")
      .select(["id", "text"])
      .where("id", "in", left.splice(0, CHUNK))
      .execute();
    for (const { id, text } of found) texts.set(id, text);
  }
  return texts;
}

/** 52 bits, which every driver takes for a number. */
export const digestOfText = (text: string): number =>
  Number.parseInt(createHash("sha256").update(text).digest("hex").slice(0, 13), 16);
