/** Client keys, of people and of teams. */
import { z } from "zod";
import { endpoint, whole } from "./endpoint.ts";
import { apiKeySchema, keyLimitsSchema } from "./identity-schemas.ts";
import { pageOf, pageQuery } from "./page.ts";

const MAX_TTL_MS = 100 * 366 * 86_400_000;
const DAY_MS = 86_400_000;
const id = z.number().int().nonnegative();

const keyFilter = {
  userId: whole.optional(),
  teamId: whole.optional(),
  state: z.enum(["active", "expired", "revoked"]).optional(),
  /** In the name, or the first letters of the key. */
  q: z.string().max(200).optional(),
};

const terms = {
  scopes: z.array(z.string().max(100)).max(50).optional(),
  /** Null for none of its own. */
  limits: keyLimitsSchema.nullable().optional(),
  /** Addresses and networks; null for any. */
  addresses: z.array(z.string().max(60)).max(100).nullable().optional(),
  projectId: id.nullable().optional(),
};
const name = z.string().min(1).max(100);
const newKey = { name, ttlMs: z.number().int().positive().max(MAX_TTL_MS).optional(), ...terms };
const made = z.object({ key: apiKeySchema, token: z.string() });

export const KEY_ENDPOINTS = {
  listUserKeys: endpoint("GET", "/admin/users/{id}/api-keys", "keys:read", "The client keys of a user", {
    reply: z.array(apiKeySchema),
  }),
  createUserKey: endpoint(
    "POST",
    "/admin/users/{id}/api-keys",
    "keys:write",
    "Make a client key; the answer is the only place that shows it",
    { body: z.strictObject({ ...newKey, teamId: id.nullable().optional() }), reply: made },
  ),
  listTeamKeys: endpoint("GET", "/admin/teams/{id}/api-keys", "keys:read", "The client keys that count for a team", {
    reply: z.array(apiKeySchema),
  }),
  createTeamKey: endpoint(
    "POST",
    "/admin/teams/{id}/api-keys",
    "keys:write",
    "Make a client key that belongs to a team and to no person",
    { body: z.strictObject(newKey), reply: made },
  ),
  listKeys: endpoint("GET", "/admin/api-keys", "keys:read", "All client keys, or those that fit", {
    query: z.strictObject({
      ...keyFilter,
      afterId: whole.optional(),
      limit: z.coerce.number().int().min(1).max(10_000).optional(),
    }),
    reply: z.array(apiKeySchema),
  }),
  pageKeys: endpoint("GET", "/admin/api-keys/page", "keys:read", "Client keys that fit, page by page", {
    query: z.strictObject({ ...keyFilter, ...pageQuery }),
    reply: pageOf(apiKeySchema),
  }),
  getKey: endpoint("GET", "/admin/api-keys/{id}", "keys:read", "One client key", { reply: apiKeySchema }),
  updateKey: endpoint("PATCH", "/admin/api-keys/{id}", "keys:write", "Change what a client key is called and may do", {
    body: z.strictObject({
      name: name.optional(),
      ...terms,
      teamId: id.nullable().optional(),
      /** Null for never. */
      expiresAtUs: z.number().int().positive().nullable().optional(),
    }),
    reply: apiKeySchema,
  }),
  rotateKey: endpoint(
    "POST",
    "/admin/api-keys/{id}/rotate",
    "keys:write",
    "Give a client key a new token; the one before is good for the time of overlap",
    {
      body: z.strictObject({
        /** A day when left out; 0 ends the token before at once. */
        overlapMs: z.number().int().nonnegative().max(MAX_TTL_MS).default(DAY_MS),
      }),
      reply: made,
    },
  ),
  revokeKey: endpoint("DELETE", "/admin/api-keys/{id}", "keys:write", "Revoke a client key", {
    query: z.strictObject({ reason: z.string().max(200).optional() }),
    reply: apiKeySchema,
  }),
};
