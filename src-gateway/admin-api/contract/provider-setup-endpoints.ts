/** What somebody needs who adds a provider: what there is, and whether it works before it is saved. */
import { z } from "zod";
import { PROVIDER_WIRES } from "../../ir/protocol.ts";
import { endpoint } from "./endpoint.ts";

export const catalogueEntrySchema = z.object({
  /** For `kind:` of the configuration. */
  kind: z.string(),
  name: z.string(),
  /** Base URL by protocol; `{x}` stands for `options.x`, `{base_url}` for an address that has to be given. */
  protocols: z.record(z.string(), z.string()),
  /** How the key is shown to it: as a bearer token, in a header, by a signature. */
  auth: z.string(),
  needsCredential: z.boolean(),
  needsBaseUrl: z.boolean(),
  /** Names that its base URL wants as options. */
  options: z.array(z.string()),
  /** Variables that usually hold the key. */
  credentialEnv: z.array(z.string()),
  /** It says which models it has. */
  listsModels: z.boolean(),
  quirks: z.array(z.string()),
  confidence: z.enum(["high", "medium", "low"]),
  /** The page about it. */
  docs: z.string(),
});
export type CatalogueEntryView = z.infer<typeof catalogueEntrySchema>;

const stepSchema = z.object({
  step: z.enum(["reach", "authenticate", "answer"]),
  /** Null where it could not be found out, or was not tried. */
  ok: z.boolean().nullable(),
  status: z.number().nullable(),
  latencyMs: z.number().nullable(),
  problem: z.string().nullable(),
  hint: z.string().nullable(),
});

export const providerTestSchema = z.object({
  ok: z.boolean(),
  steps: z.array(stepSchema),
  /** Those that it lists, at most 1,000. */
  models: z.array(z.string()),
  /** The one that was asked for a token. */
  model: z.string().nullable(),
});
export type ProviderTestView = z.infer<typeof providerTestSchema>;

const raceEntry = z.object({
  baseUrl: z.string(),
  /** The middle one of the tries; null when none came back. */
  latencyMs: z.number().nullable(),
  fastestMs: z.number().nullable(),
  tries: z.number(),
  failed: z.number(),
  problem: z.string().nullable(),
});

export const PROVIDER_SETUP_ENDPOINTS = {
  providerCatalogue: endpoint(
    "GET",
    "/providers/catalogue",
    "providers:read",
    "The kinds of providers that there are",
    {
      reply: z.array(catalogueEntrySchema),
    },
  ),
  testProvider: endpoint(
    "POST",
    "/providers/test",
    "config:write",
    "Reach a provider that is not saved, show it the key, ask it for one token; nothing of it is kept",
    {
      body: z.strictObject({
        /** As an entry of `providers:`. */
        provider: z.record(z.string(), z.unknown()),
        /** The key itself, in place of `credential`. It is neither kept nor logged. */
        secret: z.string().min(1).max(20_000).optional(),
        /** Whom to ask for a token; the first of its list when left out. */
        model: z.string().max(200).optional(),
        protocol: z.enum(PROVIDER_WIRES).optional(),
      }),
      reply: providerTestSchema,
    },
  ),
  raceProviders: endpoint(
    "POST",
    "/providers/race",
    "config:write",
    "Which of several base URLs answers first; no key is sent",
    {
      body: z.strictObject({
        baseUrls: z.array(z.string().max(2_000)).min(1).max(20),
        tries: z.number().int().min(1).max(10).default(3),
      }),
      reply: z.array(raceEntry),
    },
  ),
};
