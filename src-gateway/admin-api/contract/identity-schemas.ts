/** Users, teams, projects and client keys, as they go over the admin API. */
import { z } from "zod";

export const roleSchema = z.enum(["root_admin", "gateway_admin", "gateway_user"]);
const userStatusSchema = z.enum(["active", "suspended"]);

export const userSchema = z.object({
  id: z.number().int(),
  uuid: z.string(),
  email: z.string(),
  displayName: z.string(),
  role: roleSchema,
  status: userStatusSchema,
  createdAtUs: z.number(),
  /** `service`: the account that holds a team's own keys. Left out for persons. */
  kind: z.enum(["person", "service"]).optional(),
});

const count = z.number().int().nonnegative().max(1_000_000_000_000_000);

export const keyLimitsSchema = z.strictObject({
  requestsPerMinute: count.optional(),
  tokensPerMinute: count.optional(),
  concurrent: count.optional(),
  budget: z
    .strictObject({
      unit: z.enum(["usd", "tokens", "requests"]),
      /** Nano-USD, tokens or requests. */
      limit: count,
      /** Calendar spans in UTC; `total` never begins anew. */
      per: z.enum(["day", "week", "month", "total"]),
    })
    .optional(),
});

export const apiKeySchema = z.object({
  id: z.number().int(),
  uuid: z.string(),
  userId: z.number().int(),
  /** The team that requests with it count for; null where that follows from the user. */
  teamId: z.number().int().nullable(),
  /** It belongs to its team and to no person. */
  isService: z.boolean(),
  projectId: z.number().int().nullable(),
  name: z.string(),
  prefix: z.string(),
  scopes: z.array(z.string()),
  limits: keyLimitsSchema.nullable(),
  addresses: z.array(z.string()).nullable(),
  createdAtUs: z.number(),
  expiresAtUs: z.number().nullable(),
  revokedAtUs: z.number().nullable(),
  revokeReason: z.string().nullable(),
  /** To within a minute. */
  lastUsedAtUs: z.number().nullable(),
  /** Until when the token from before a rotation is good. */
  previousUntilUs: z.number().nullable(),
});

export const teamSchema = z.object({
  id: z.number().int(),
  uuid: z.string(),
  name: z.string(),
  members: z.number().int(),
  createdAtUs: z.number(),
});

export const projectSchema = teamSchema.extend({
  /** Null for one of the whole organisation. */
  teamId: z.number().int().nullable(),
});

export const memberRoleSchema = z.enum(["member", "team_admin"]);

export const participantSchema = z.object({
  userId: z.number().int(),
  email: z.string(),
  displayName: z.string(),
});
export const memberSchema = participantSchema.extend({ role: memberRoleSchema });

export const importReportSchema = z.object({
  lines: z.number().int(),
  created: z.array(
    z.object({
      line: z.number().int(),
      /** Null where nothing was written. */
      id: z.number().int().nullable(),
      email: z.string(),
      displayName: z.string(),
      role: roleSchema,
    }),
  ),
  skipped: z.array(z.object({ line: z.number().int(), email: z.string() })),
  problems: z.array(z.object({ line: z.number().int(), email: z.string(), problem: z.string() })),
  applied: z.boolean(),
});
