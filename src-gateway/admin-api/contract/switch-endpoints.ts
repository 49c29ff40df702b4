/** Flags that switch abilities, and secrets that the configuration refers to. */
import { z } from "zod";
import { endpoint } from "./endpoint.ts";

const rule = z.strictObject({
  on: z.boolean().optional(),
  /** Of the users, always the same ones. */
  percentage: z.number().min(0).max(100).optional(),
  environments: z
    .strictObject({ dev: z.boolean().optional(), test: z.boolean().optional(), live: z.boolean().optional() })
    .optional(),
  /** By id. */
  users: z.record(z.string().regex(/^\d{1,16}$/), z.boolean()).optional(),
});

export const flagSchema = z.object({
  name: z.string(),
  description: z.string(),
  stage: z.enum(["stable", "new"]),
  standard: z.boolean(),
  /** Null where nothing was decided. */
  rule: rule.nullable(),
  updatedAtUs: z.number().nullable(),
  updatedBy: z.string().nullable(),
  /** In this environment, for somebody who is no exception and in no share. */
  isOn: z.boolean(),
});
export type FlagView = z.infer<typeof flagSchema>;

export const secretSchema = z.object({
  name: z.string(),
  place: z.enum(["keychain", "file", "database"]),
  /** What the configuration says to use it. */
  reference: z.string(),
  updatedAtUs: z.number().nullable(),
});
export type SecretView = z.infer<typeof secretSchema>;

export const SWITCH_ENDPOINTS = {
  listFlags: endpoint("GET", "/flags", "config:read", "Abilities that can be switched, and what was decided", {
    reply: z.array(flagSchema),
  }),
  updateFlag: endpoint("PATCH", "/flags/{name}", "config:write", "Decide about an ability; null takes the standard", {
    body: z.strictObject({ rule: rule.nullable() }),
    reply: flagSchema,
  }),
  listSecrets: endpoint("GET", "/secrets", "config:read", "Names of kept secrets and where they are, never values", {
    reply: z.array(secretSchema),
  }),
  putSecret: endpoint("PUT", "/secrets/{name}", "config:write", "Keep a provider's key, under a name", {
    body: z.strictObject({ value: z.string().min(1).max(20_000) }),
    reply: secretSchema,
  }),
  deleteSecret: endpoint("DELETE", "/secrets/{name}", "config:write", "Forget a kept secret", {
    reply: z.object({ name: z.string() }),
  }),
};
