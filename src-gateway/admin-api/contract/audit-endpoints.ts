/** What administrators did. */
import { z } from "zod";
import { endpoint, whole } from "./endpoint.ts";
import { pageOf, pageQuery } from "./page.ts";

export const actSchema = z.object({
  /** The place in the log, from 1 on without gaps. */
  id: z.number(),
  atUs: z.number(),
  /** `noun.verb`. */
  action: z.string(),
  target: z.object({ kind: z.string(), id: z.string().nullable(), name: z.string().nullable() }),
  actor: z.object({
    /** Null for those who are no user: the operator at the machine, the gateway itself, somebody not signed in. */
    userId: z.number().nullable(),
    email: z.string().nullable(),
    apiKeyId: z.number().nullable(),
    via: z.enum(["session", "key", "local", "open", "system"]),
  }),
  address: z.string().nullable(),
  requestId: z.string().nullable(),
  /** Without secrets. */
  before: z.unknown(),
  after: z.unknown(),
});
export type ActView = z.infer<typeof actSchema>;

const actFilter = {
  /** A user by number or e-mail address. */
  actor: z.string().min(1).max(254).optional(),
  /** `user.create`, or `user.*` for every act on users. */
  action: z
    .string()
    .max(100)
    .regex(/^[a-z][a-z_]*\.(?:\*|[a-z][a-z_]*)$/)
    .optional(),
  targetKind: z.string().min(1).max(100).optional(),
  targetId: z.string().min(1).max(300).optional(),
  fromUs: whole.optional(),
  /** Not included. */
  toUs: whole.optional(),
};

export const AUDIT_ENDPOINTS = {
  listActs: endpoint("GET", "/admin/audit", "audit:read", "What administrators did, the newest first", {
    query: z.strictObject({ ...actFilter, ...pageQuery }),
    reply: pageOf(actSchema),
  }),
  verifyActs: endpoint("GET", "/admin/audit/check", "audit:read", "Whether anybody has changed the log of acts", {
    reply: z.object({
      acts: z.number(),
      isIntact: z.boolean(),
      /** The first place that is not as it was written. */
      firstWrong: z.number().nullable(),
      /** Of the newest act; kept elsewhere, it shows later that nothing before it was changed. */
      head: z.object({ id: z.number(), hash: z.string() }).nullable(),
    }),
  }),
};

/** Answered with a file of any length, oldest first. */
export const AUDIT_EXPORT = {
  path: "/admin/audit/export",
  access: "audit:read",
  summary: "The log of acts as a file",
  query: z.strictObject({ ...actFilter, format: z.enum(["csv", "jsonl"]) }),
} as const;
