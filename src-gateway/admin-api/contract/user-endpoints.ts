/** The people of the gateway. */
import { z } from "zod";
import { endpoint, flag, whole } from "./endpoint.ts";
import { importReportSchema, roleSchema, userSchema } from "./identity-schemas.ts";
import { pageOf, pageQuery } from "./page.ts";

/** The earlier gateway said `inactive`. */
const status = z
  .enum(["active", "suspended", "inactive"])
  .transform((word) => (word === "inactive" ? ("suspended" as const) : word));

const userFilter = {
  /** In the address or the name. */
  q: z.string().max(200).optional(),
  role: roleSchema.optional(),
  status: status.optional(),
  teamId: whole.optional(),
};

export const USER_ENDPOINTS = {
  listUsers: endpoint("GET", "/admin/users", "users:read", "All users, or those that fit", {
    query: z.strictObject({
      ...userFilter,
      afterId: whole.optional(),
      limit: z.coerce.number().int().min(1).max(10_000).optional(),
    }),
    reply: z.array(userSchema),
  }),
  pageUsers: endpoint("GET", "/admin/users/page", "users:read", "Users that fit, page by page", {
    query: z.strictObject({ ...userFilter, ...pageQuery }),
    reply: pageOf(userSchema),
  }),
  exportUsers: endpoint("GET", "/admin/users/export", "users:read", "All users as a CSV file to import again", {
    reply: z.object({ csv: z.string() }),
  }),
  importUsers: endpoint("POST", "/admin/users/import", "users:write", "Users of a CSV file: all of them, or none", {
    body: z.strictObject({
      csv: z.string().max(20_000_000),
      skipExisting: z.boolean().optional(),
      /** Lines that are wrong do not keep the others out. */
      skipInvalid: z.boolean().optional(),
      /** Nothing is written; the answer is the same. */
      dryRun: z.boolean().optional(),
    }),
    reply: importReportSchema,
  }),
  getUser: endpoint("GET", "/admin/users/{id}", "users:read", "One user", { reply: userSchema }),
  createUser: endpoint("POST", "/admin/users", "users:write", "Add a user", {
    body: z.strictObject({
      email: z.string().max(1000),
      displayName: z.string().max(200).optional(),
      role: roleSchema.optional(),
    }),
    reply: userSchema,
  }),
  updateUser: endpoint("PATCH", "/admin/users/{id}", "users:write", "Change a user, suspend or activate them", {
    body: z.strictObject({
      email: z.string().max(1000).optional(),
      displayName: z.string().max(200).optional(),
      role: roleSchema.optional(),
      status: status.optional(),
    }),
    reply: userSchema,
  }),
  deleteUser: endpoint(
    "DELETE",
    "/admin/users/{id}",
    "users:write",
    "Delete a user; with hard, take their personal data away and keep only what the ledger counts",
    { query: z.strictObject({ hard: flag.optional() }), reply: userSchema },
  ),
};
