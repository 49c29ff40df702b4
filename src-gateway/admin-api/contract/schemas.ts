/** The shapes that go over the admin API. Times are microseconds since 1970 (`…Us`), as everywhere in the gateway. */
import { z } from "zod";
import type { ExchangeRecord } from "../../ir/exchange-record.ts";
import { OUTCOMES } from "../../ir/exchange-record.ts";
import { PROVIDER_WIRES, RECORDED_SURFACES } from "../../ir/protocol.ts";
import { countsModeSchema } from "./budget-endpoints.ts";

export { userSchema } from "./identity-schemas.ts";

const usageSchema = z.object({
  inputUncached: z.number(),
  cacheRead: z.number(),
  cacheWrite5m: z.number(),
  cacheWrite1h: z.number(),
  output: z.number(),
  reasoning: z.number(),
  audioInput: z.number(),
  audioOutput: z.number(),
});

const countsSchema = z.record(z.string(), z.number().optional());
const costSchema = z.object({
  nano: z.number(),
  priceId: z.number(),
  price: z.record(z.string(), z.unknown()).nullable(),
});

const attemptSchema = z.object({
  provider: z.string(),
  model: z.string(),
  status: z.number().nullable(),
  errorCode: z.string().nullable(),
  reason: z.string(),
  startedUs: z.number(),
  firstByteUs: z.number().nullable(),
  endedUs: z.number().nullable(),
  /** What it had used before it failed; absent where it reported nothing. */
  used: z
    .object({
      usage: usageSchema,
      modelServed: z.string().nullable(),
      serviceTier: z.string().nullable(),
      counts: countsSchema.nullable(),
      /** Null where no price was known. */
      cost: costSchema.nullable(),
    })
    .exactOptional(),
});

export const planSchema = z.object({
  matched: z.string(),
  targets: z.array(
    z.object({ provider: z.string(), model: z.string(), wire: z.enum(PROVIDER_WIRES), reason: z.string() }),
  ),
  /** Empty for callers who are no administrators: it names keys and teams of others. */
  leftOut: z.array(z.object({ provider: z.string(), model: z.string(), why: z.string() })),
  leftOutMore: z.number(),
  variant: z.string().nullable(),
});

const prefixSchema = z.object({
  sharedBytes: z.number(),
  totalBytes: z.number(),
  firstDifference: z.object({ path: z.string(), by: z.enum(["client", "gateway"]) }).nullable(),
});

export const exchangeSchema = z.object({
  id: z.number(),
  requestId: z.string(),
  userId: z.number().nullable(),
  apiKeyId: z.number().nullable(),
  agent: z.string().nullable(),
  session: z.string().nullable(),
  project: z.string().nullable(),
  surface: z.enum(RECORDED_SURFACES),
  stream: z.boolean(),
  modelAsked: z.string().nullable(),
  modelRouted: z.string().nullable(),
  modelServed: z.string().nullable(),
  provider: z.string().nullable(),
  plan: planSchema.nullable(),
  attempts: z.array(attemptSchema),
  outcome: z.enum(OUTCOMES),
  status: z.number().nullable(),
  errorCode: z.string().nullable(),
  errorMessage: z.string().nullable(),
  finishReason: z.string().nullable(),
  queueUs: z.number().nullable(),
  firstByteUs: z.number().nullable(),
  firstTokenUs: z.number().nullable(),
  totalUs: z.number().nullable(),
  usage: usageSchema,
  usageSource: z.enum(["provider", "estimated", "none"]),
  losses: z.array(
    z.object({ field: z.string(), verdict: z.enum(["dropped", "emulated", "clamped"]), note: z.string() }),
  ),
  bytesIn: z.number(),
  bytesOut: z.number(),
  joinedTo: z.number().nullable(),
  /** The exchange that was sent once more with this one. */
  replayOf: z.number().nullable(),
  prefix: prefixSchema.nullable(),
  gitBranch: z.string().nullable(),
  /** What was noticed about an agent that runs in circles. */
  runaway: z.string().nullable(),
  serviceTier: z.string().nullable(),
  counts: countsSchema.nullable(),
  cost: costSchema.nullable(),
  /** Tokens as the gateway counts them itself, beside those of `usage`. */
  own: z.object({ input: z.number(), output: z.number() }).nullable(),
});
export type ExchangeView = z.infer<typeof exchangeSchema> & ExchangeRecord;

export const usageSumSchema = z.object({
  group: z.string().nullable(),
  requests: z.number(),
  failures: z.number(),
  usage: usageSchema,
  /** Nano-USD of all that has a price. */
  costNano: z.number(),
  /** Requests that used tokens of no known price. */
  unpriced: z.number(),
  meanFirstTokenMs: z.number().nullable(),
  meanTotalMs: z.number().nullable(),
});

/** What the gateway and a provider have counted of the same exchanges. */
export const usageDifferenceSchema = z.object({
  provider: z.string().nullable(),
  model: z.string().nullable(),
  requests: z.number(),
  own: z.object({ input: z.number(), output: z.number() }),
  /** `output` includes `reasoning`, of which the gateway may have seen less than all. */
  reported: z.object({ input: z.number(), output: z.number(), reasoning: z.number() }),
  /** Reported by own: 1.2 is a fifth more than the gateway counts; null where it counts nothing. */
  ratio: z.object({ input: z.number().nullable(), output: z.number().nullable() }),
});

export const latencySumSchema = z.object({
  group: z.string().nullable(),
  metric: z.enum(["first-token-us", "total-us", "tokens-per-second"]),
  count: z.number(),
  p50: z.number(),
  p90: z.number(),
  p99: z.number(),
});

/** How the store of secrets was when it was last used, or looked at since. */
const secretStoreSchema = z.object({
  kind: z.enum(["keychain", "file", "database"]),
  state: z.enum(["open", "locked", "missing", "failed"]),
  problem: z.string().nullable(),
});

export const statusSchema = z.object({
  version: z.string(),
  pid: z.number(),
  startedAtUs: z.number(),
  /** The gateway's own clock, to be compared with that of the one who asks. */
  nowUs: z.number(),
  url: z.string(),
  /** What a client of each wire is given as its base URL. */
  baseUrls: z.record(z.string(), z.string()),
  consoleUrl: z.string(),
  /** Empty for callers who are no administrators, like `notices` and `configProblem`. */
  dataDir: z.string(),
  database: z.enum(["sqlite", "postgres"]),
  paused: z.boolean(),
  openExchanges: z.number(),
  recordsWaiting: z.number(),
  ledgerLagMs: z.number(),
  /** What is short on the disk, as a sentence; null while there is room, and for callers who are no administrators. */
  diskProblem: z.string().nullable(),
  /** Null for callers who are no administrators. */
  secretStore: secretStoreSchema.nullable(),
  /** Null while nothing is limited; `apart` when Redis is not there and this gateway counts alone. */
  budgetCounts: countsModeSchema.nullable(),
  configVersion: z.number(),
  configProblem: z.string().nullable(),
  authDisabled: z.boolean(),
  notices: z.array(z.string()),
});
export type StatusView = z.infer<typeof statusSchema>;

export const checkSchema = z.object({
  name: z.string(),
  state: z.enum(["ok", "warn", "fail"]),
  message: z.string(),
  /** What to do about it; null when it is well. */
  hint: z.string().nullable(),
});
export type CheckView = z.infer<typeof checkSchema>;

export const modelSchema = z.object({
  id: z.string(),
  ownedBy: z.string(),
  displayName: z.string().optional(),
  createdAt: z.number().optional(),
  contextTokens: z.number().optional(),
  maxOutputTokens: z.number().optional(),
});
export type ModelView = z.infer<typeof modelSchema>;

export const providerSchema = z.object({
  id: z.string(),
  kind: z.string(),
  name: z.string(),
  protocols: z.record(z.string(), z.string()),
  /** Where its key is, in words; never the key. */
  credential: z.string().nullable(),
  credentialState: z.enum(["configured", "missing", "not_needed"]),
  needsCredential: z.boolean(),
  /** From the last question for its models; `unknown` before the first. */
  health: z.enum(["ok", "failing", "unknown"]),
  modelCount: z.number(),
  problem: z.string().nullable(),
  where: z.string(),
});
export type ProviderView = z.infer<typeof providerSchema>;

export const probeSchema = z.object({
  provider: z.string(),
  reachable: z.boolean(),
  authenticated: z.boolean().nullable(),
  models: z.number().nullable(),
  latencyMs: z.number(),
  status: z.number().nullable(),
  problem: z.string().nullable(),
  hint: z.string().nullable(),
});
export type ProbeView = z.infer<typeof probeSchema>;
