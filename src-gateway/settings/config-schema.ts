/**
 * The form of gateway.yaml as JSON Schema, for editors. The readers beside this file have the last word: they know what else
 * has to hold. A test holds the names here to theirs.
 */
import { z } from "zod";
import { PROVIDER_WIRES, WIRE_PROTOCOL_ALIASES, WIRE_PROTOCOLS } from "../ir/protocol.ts";
import { budgetSchema, priceSchema, rateLimitSchema } from "./money-schemas.ts";
import { hookSchema, identitySchema, signInSchema } from "./people-schemas.ts";
import { ANY_PROTOCOL } from "./read-default-provider.ts";
import { routeSchema } from "./route-schemas.ts";
import { STATUS_ACTIONS } from "./types.ts";

const BILLING = ["metered", "free", "subscription"] as const;
const ID = /^[A-Za-z0-9][\w.-]{0,63}$/;

const credential = z
  .string()
  .regex(/^(?:env|file|keychain|secret):\s*\S/)
  .describe("Where the key is: env:NAME, file:PATH, keychain:NAME or secret:NAME. Never the key itself.");

const key = z.union([
  credential,
  z.strictObject({
    id: z.string().optional(),
    credential,
    weight: z.number().min(0.001).max(1_000_000).optional().describe("Its share of the requests; 1 when left out."),
    max_concurrency: z.number().int().min(1).max(1_000_000).optional(),
  }),
]);

const providerShape = (kinds: readonly string[]) => ({
  id: z.string().regex(ID).describe("A name of your choice; part of logs, routes and reports."),
  kind: z
    .enum(kinds as [string, ...string[]])
    .optional()
    .describe("A row of the catalogue; may be left out when id is one."),
  enabled: z.boolean().optional().describe("false keeps the entry and asks it nothing."),
  base_url: z
    .string()
    .regex(/^https?:\/\//i)
    .optional()
    .describe("Another address than the catalogue's; without user, password and query."),
  credential: credential.optional(),
  credentials: z.array(key).optional().describe("Several keys in place of one."),
  protocols: z
    .array(z.enum([...PROVIDER_WIRES, ...(Object.keys(WIRE_PROTOCOL_ALIASES) as [string])]))
    .min(1)
    .optional()
    .describe("Narrows what it may be spoken to in."),
  models: z.array(z.string()).optional().describe("What it serves; asked of the provider when left out."),
  headers: z.record(z.string(), z.string()).optional().describe("Sent with every request; no keys."),
  on_status: z
    .record(z.string().regex(/^[45]\d\d$/), z.enum(STATUS_ACTIONS))
    .optional()
    .describe("What is done after an error answer, by its status."),
  billing: z.enum(BILLING).optional(),
  options: z.record(z.string(), z.unknown()).optional().describe("What the kind wants besides, such as a region."),
});

const providerName = z.union([z.string(), z.array(z.string()).min(1)]);
const clientWires = [...WIRE_PROTOCOLS, ...(Object.keys(WIRE_PROTOCOL_ALIASES) as [string]), ANY_PROTOCOL] as const;

/** @param kinds ids of the catalogue's rows. */
export function configFileShape(kinds: readonly string[]) {
  const list = <Item extends z.ZodType>(item: Item) => z.array(item).nullish();
  return z.strictObject({
    providers: list(z.strictObject(providerShape(kinds))).describe("Where requests can go."),
    routes: list(routeSchema).describe("Which model goes where."),
    aliases: z.record(z.string(), z.string()).nullish().describe("Other names for models."),
    default_provider: z
      .union([providerName, z.partialRecord(z.enum(clientWires), providerName)])
      .optional()
      .describe("Who is asked when no route names the model exactly; by protocol of the client, where it is a map."),
    prices: list(priceSchema).describe("What things cost, where the price data is wrong or silent."),
    budgets: list(budgetSchema).describe("How much may be spent."),
    rate_limits: list(rateLimitSchema).describe("How much may be asked at once and in a minute."),
    identity: list(identitySchema).describe("What providers are told of who asks."),
    hooks: list(hookSchema).describe("Who is told of what happens."),
    sign_in: signInSchema.nullish().describe("How people sign in."),
  });
}

/** JSON Schema, draft 2020-12. */
export function configFileSchema(kinds: readonly string[]): Record<string, unknown> {
  const schema = z.toJSONSchema(configFileShape(kinds), { target: "draft-2020-12", io: "input" });
  return { ...schema, title: "gateway.yaml of Tokligence Gateway" };
}
