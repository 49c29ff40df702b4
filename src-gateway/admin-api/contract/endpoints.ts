/** Every endpoint of the admin API, declared once: routes, checks, client and documentation all come from here. */
import { z } from "zod";
import { OUTCOMES } from "../../ir/exchange-record.ts";
import { SURFACES } from "../../ir/protocol.ts";
import { AGENT_ENDPOINTS } from "./agent-endpoints.ts";
import { AUDIT_ENDPOINTS } from "./audit-endpoints.ts";
import { BUDGET_ENDPOINTS } from "./budget-endpoints.ts";
import { configSchema } from "./config-schemas.ts";
import { CONFIGURATION_ENDPOINTS } from "./configuration-endpoints.ts";
import { type Endpoint, endpoint, flag, whole } from "./endpoint.ts";
import { explanationSchema, questionSchema } from "./explain-schemas.ts";
import { FOUND_KEY_ENDPOINTS } from "./found-key-endpoints.ts";
import { healthSchema } from "./health-schemas.ts";
import { HOOK_ENDPOINTS } from "./hook-endpoints.ts";
import { KEY_ENDPOINTS } from "./key-endpoints.ts";
import { LEDGER_ENDPOINTS } from "./ledger-endpoints.ts";
import { LEDGER_JOB_ENDPOINTS } from "./ledger-job-endpoints.ts";
import { LOG_ENDPOINTS } from "./log-endpoints.ts";
import { NOTICE_ENDPOINTS } from "./notice-endpoints.ts";
import { OPERATIONS_ENDPOINTS } from "./operations-endpoints.ts";
import { PAUSE_ENDPOINTS } from "./pause-endpoints.ts";
import { priceQuestionSchema, pricesSchema } from "./price-schemas.ts";
import { PROVIDER_SETUP_ENDPOINTS } from "./provider-setup-endpoints.ts";
import { RUNAWAY_ENDPOINTS } from "./runaway-endpoints.ts";
import {
  checkSchema,
  exchangeSchema,
  latencySumSchema,
  modelSchema,
  probeSchema,
  providerSchema,
  statusSchema,
  usageDifferenceSchema,
  usageSumSchema,
} from "./schemas.ts";
import { SIGN_IN_ENDPOINTS } from "./sign-in-endpoints.ts";
import { SUPPORT_ENDPOINTS } from "./support-endpoints.ts";
import { SWITCH_ENDPOINTS } from "./switch-endpoints.ts";
import { TEAM_ENDPOINTS } from "./team-endpoints.ts";
import { TRANSFER_ENDPOINTS } from "./transfer-endpoints.ts";
import { USAGE_ENDPOINTS } from "./usage-endpoints.ts";
import { USER_ENDPOINTS } from "./user-endpoints.ts";

export type { Access, Endpoint } from "./endpoint.ts";

const usageQuery = z.strictObject({
  fromUs: whole.optional(),
  toUs: whole.optional(),
  userId: whole.optional(),
  apiKeyId: whole.optional(),
});
const dimension = z.enum([
  "user",
  "key",
  "team",
  "agent",
  "session",
  "project",
  "branch",
  "model",
  "provider",
  "surface",
  "day",
  "hour",
]);

export const ENDPOINTS = {
  getStatus: endpoint("GET", "/status", "status:read", "How the gateway is", { reply: statusSchema }),
  ...USER_ENDPOINTS,
  ...KEY_ENDPOINTS,
  ...TEAM_ENDPOINTS,
  listExchanges: endpoint(
    "GET",
    "/exchanges",
    "exchanges:read",
    "Recorded exchanges, newest first, or oldest first after an id",
    {
      query: z.strictObject({
        afterId: whole.optional(),
        beforeId: whole.optional(),
        fromUs: whole.optional(),
        toUs: whole.optional(),
        userId: whole.optional(),
        apiKeyId: whole.optional(),
        provider: z.string().optional(),
        model: z.string().optional(),
        surface: z.enum(SURFACES).optional(),
        outcome: z.enum(OUTCOMES).optional(),
        failedOnly: flag.optional(),
        q: z.string().max(500).optional(),
        limit: z.coerce.number().int().min(1).max(1000).optional(),
      }),
      reply: z.array(exchangeSchema),
    },
  ),
  getExchange: endpoint("GET", "/exchanges/{id}", "exchanges:read", "One exchange, by number or request id", {
    reply: exchangeSchema,
  }),
  ...LOG_ENDPOINTS,
  usageSummary: endpoint("GET", "/usage/summary", "usage:read", "Requests and tokens in all", {
    query: usageQuery,
    reply: usageSumSchema,
  }),
  usageBreakdown: endpoint("GET", "/usage/breakdown", "usage:read", "Requests and tokens by a dimension", {
    query: usageQuery.extend({ groupBy: dimension }),
    reply: z.array(usageSumSchema),
  }),
  ...USAGE_ENDPOINTS,
  usageLatencies: endpoint(
    "GET",
    "/usage/latencies",
    "reports:read",
    "Percentiles of completed exchanges per day: first token, total time, tokens per second",
    {
      query: z.strictObject({
        fromUs: whole.optional(),
        toUs: whole.optional(),
        groupBy: z.enum(["all", "model", "provider"]).default("all"),
        metric: z.enum(["first-token-us", "total-us", "tokens-per-second"]).default("first-token-us"),
      }),
      reply: z.array(latencySumSchema),
    },
  ),
  usageDifferences: endpoint(
    "GET",
    "/usage/differences",
    "usage:read",
    "What the gateway and providers have counted of the same exchanges, by model and provider",
    {
      query: z.strictObject({ fromUs: whole.optional(), toUs: whole.optional(), userId: whole.optional() }),
      reply: z.array(usageDifferenceSchema),
    },
  ),
  listModels: endpoint("GET", "/models", "status:read", "What can be asked for", { reply: z.array(modelSchema) }),
  listPrices: endpoint("GET", "/prices", "prices:read", "What models cost, and where the prices are from", {
    query: priceQuestionSchema,
    reply: pricesSchema,
  }),
  listProviders: endpoint(
    "GET",
    "/providers",
    "providers:read",
    "The configured providers, how they are, and never their keys",
    { reply: z.array(providerSchema) },
  ),
  probeProvider: endpoint(
    "POST",
    "/providers/{id}/probe",
    "providers:run",
    "Reach a provider, show it the key, list its models",
    { reply: probeSchema },
  ),
  getConfig: endpoint(
    "GET",
    "/config",
    "config:read",
    "Settings with their sources, providers, routes and aliases; secrets hidden",
    { reply: configSchema },
  ),
  reloadConfig: endpoint("POST", "/config/reload", "config:run", "Read the configuration file now", {
    reply: configSchema,
  }),
  runChecks: endpoint(
    "POST",
    "/checks",
    "gateway:run",
    "Look whether database, keys, ledger, configuration and clock are well",
    {
      reply: z.array(checkSchema),
    },
  ),
  explainRoute: endpoint("POST", "/routes/explain", "routes:run", "Where a request would go and why; nothing is sent", {
    body: questionSchema,
    reply: explanationSchema,
  }),
  listHealth: endpoint(
    "GET",
    "/health/targets",
    "providers:read",
    "Which providers, keys and models are asked, and which are left alone, until when and why",
    { reply: healthSchema },
  ),
  resetHealth: endpoint(
    "POST",
    "/health/reset",
    "providers:run",
    "Forget why a provider, a key or a model is left alone; everything when none is named",
    {
      body: z.strictObject({
        provider: z.string().optional(),
        key: z.string().optional(),
        model: z.string().optional(),
      }),
      reply: healthSchema,
    },
  ),
  ...CONFIGURATION_ENDPOINTS,
  ...SWITCH_ENDPOINTS,
  ...PAUSE_ENDPOINTS,
  ...OPERATIONS_ENDPOINTS,
  ...PROVIDER_SETUP_ENDPOINTS,
  ...RUNAWAY_ENDPOINTS,
  ...AGENT_ENDPOINTS,
  ...NOTICE_ENDPOINTS,
  ...BUDGET_ENDPOINTS,
  ...LEDGER_ENDPOINTS,
  ...LEDGER_JOB_ENDPOINTS,
  ...HOOK_ENDPOINTS,
  ...AUDIT_ENDPOINTS,
  ...SIGN_IN_ENDPOINTS,
  ...TRANSFER_ENDPOINTS,
  ...SUPPORT_ENDPOINTS,
  ...FOUND_KEY_ENDPOINTS,
} satisfies Record<string, Endpoint>;

/** The one endpoint that is no question and answer: each exchange as it is closed, as server-sent events `exchange`. */
export const LIVE_EXCHANGES = { path: "/exchanges/live", access: "exchanges:read" } as const;

export type EndpointName = keyof typeof ENDPOINTS;
type Of<Name extends EndpointName> = (typeof ENDPOINTS)[Name];
type NamesIn<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}` ? Name | NamesIn<Rest> : never;
export type ParamsOf<Name extends EndpointName> = Record<NamesIn<Of<Name>["path"]>, string | number>;
export type QueryOf<Name extends EndpointName> = z.infer<Of<Name>["query"]>;
export type BodyOf<Name extends EndpointName> = z.infer<Of<Name>["body"]>;
export type ReplyOf<Name extends EndpointName> = z.infer<Of<Name>["reply"]>;
