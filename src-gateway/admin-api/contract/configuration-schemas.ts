/** The configuration as a document, its history, and what is wrong with it. */
import { z } from "zod";

export const revisionSchema = z.object({
  /** Counts up. */
  id: z.number(),
  atUs: z.number(),
  via: z.enum(["api", "file", "rollback"]),
  /** Null where nobody is known: somebody wrote the file. */
  author: z.string().nullable(),
  message: z.string().nullable(),
  /** The revision that a rollback went back to. */
  basedOn: z.number().nullable(),
  sha256: z.string(),
  /** How many secrets stood in it and were hidden. */
  hidden: z.number(),
});
export type RevisionView = z.infer<typeof revisionSchema>;

export const documentProblemSchema = z.object({
  /** From 1; null for what is about no place in the document. */
  line: z.number().nullable(),
  column: z.number().nullable(),
  key: z.string(),
  problem: z.string(),
  /** The allowed values or the right way; empty when the problem says it all. */
  hint: z.string(),
});
export type DocumentProblemView = z.infer<typeof documentProblemSchema>;

export const nounChangeSchema = z.object({
  noun: z.string(),
  name: z.string(),
  change: z.enum(["added", "removed", "changed", "moved"]),
});
export type NounChangeView = z.infer<typeof nounChangeSchema>;

export const documentSchema = z.object({
  revision: revisionSchema.nullable(),
  /** YAML or JSON; a secret in it is hidden. */
  text: z.string(),
  /** The same as a value. */
  value: z.unknown(),
  hidden: z.number(),
  source: z.enum(["file", "database"]),
  /** The file that is, or would be, written; null where the database is the source. */
  file: z.string().nullable(),
  /** Why what is on disk, or a newer revision, is not in force. */
  problem: z.string().nullable(),
});

export const changeResultSchema = z.object({
  /** False when it was only checked, or changes nothing. */
  applied: z.boolean(),
  /** What is in force now. */
  revision: revisionSchema.nullable(),
  problems: z.array(documentProblemSchema),
  changes: z.array(nounChangeSchema),
  /** What is in force, or would be. */
  text: z.string(),
  /** Lines in which a secret stood that cannot be restored. */
  missing: z.array(z.number()),
});
export type ChangeResultView = z.infer<typeof changeResultSchema>;

/** A member by its name, an entry by its place, or by what it says: `{"id": "openai"}`. */
const step = z.union([z.string().max(500), z.number().int().min(0).max(100_000), z.record(z.string(), z.string())]);
const path = z.array(step).min(1).max(20);
export const operationSchema = z.discriminatedUnion("op", [
  z.strictObject({ op: z.literal("set"), path, value: z.json() }),
  z.strictObject({ op: z.literal("insert"), path, value: z.json() }),
  z.strictObject({ op: z.literal("remove"), path }),
  z.strictObject({ op: z.literal("move"), path, to: z.number().int().min(0) }),
]);
export type OperationInput = z.infer<typeof operationSchema>;

/** What every change may say of itself. */
export const changeNote = {
  /** The revision that the change was made from: when another one is in force, nothing is changed. */
  revision: z.number().int().nonnegative().optional(),
  message: z.string().max(500).optional(),
  /** Also when a file with mistakes, which somebody may be writing, is replaced by it. */
  overwrite: z.boolean().optional(),
};
