/** The forms of `hooks:` and `sign_in:`. */
import { z } from "zod";
import { WEBHOOK_FORMATS } from "./hook-types.ts";
import { IDENTITY_FACTS } from "./identity-types.ts";
import { CLAIMED_ROLES } from "./sign-in-types.ts";

const texts = z.union([z.string().min(1), z.array(z.string().min(1))]);
const id = z.string().regex(/^[\w.-]{1,64}$/);
const url = z.string().regex(/^https?:\/\//i);

export const hookSchema = z.strictObject({
  name: id,
  events: texts.describe('Patterns of events, such as gateway.user.*, or "*".'),
  timeout: z.string().optional(),
  retry_for: z.string().optional(),
  script: z.string().optional().describe("A program that is given the event on its standard input."),
  args: texts.optional(),
  env: texts.optional().describe("Names of variables that it may see."),
  webhook: z.string().optional().describe("An address, or env:NAME or file:PATH where the address is a secret."),
  secret: z.string().optional(),
  secrets: texts.optional(),
  format: z.enum(WEBHOOK_FORMATS).optional(),
  allow_private: z.boolean().optional(),
});

const claim = (word: z.ZodType) => z.strictObject({ claim: z.string(), map: z.record(z.string(), word) }).optional();

const oidc = z.strictObject({
  id,
  name: z.string().optional(),
  issuer: url,
  client_id: z.string(),
  client_secret: z.string().optional().describe("Where it is: env:NAME, file:PATH, keychain:NAME or secret:NAME."),
  scopes: texts.optional(),
  trust_email: z.boolean().optional(),
  logout: z.boolean().optional(),
  provision: z.strictObject({ domains: texts, role: z.enum(CLAIMED_ROLES).optional() }).optional(),
  roles: claim(z.enum(CLAIMED_ROLES)),
  teams: claim(z.string()),
});

const issuer = z.strictObject({
  issuer: url,
  audience: z.string(),
  jwks_url: url.optional(),
  trust_email: z.boolean().optional(),
});

export const signInSchema = z.strictObject({
  oidc: z.array(oidc).nullish(),
  tokens: z.array(issuer).nullish(),
});

const patterns = z.union([z.string(), z.array(z.string()).min(1)]).optional();

export const identitySchema = z.strictObject({
  providers: patterns.describe("Which providers are told, with * and ?; all when left out."),
  models: patterns.describe("For which models that are asked for, with * and ?; for all when left out."),
  send: z.enum(IDENTITY_FACTS),
  header: z
    .string()
    .regex(/^x-[a-z0-9-]{1,60}$/i)
    .optional(),
  field: z.string().optional().describe("A member of the JSON body, such as user or metadata.user_id."),
});
