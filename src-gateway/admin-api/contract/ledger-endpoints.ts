/** Proof, corrections, statements and bills. What takes long is a job: begun by one call, asked for by another. */
import { z } from "zod";
import { endpoint, whole } from "./endpoint.ts";

const nano = z.number();

export const ledgerJobSchema = z.object({
  id: z.string(),
  kind: z.string(),
  state: z.enum(["running", "done", "failed"]),
  phase: z.string(),
  done: z.number(),
  /** 0 while nobody knows. */
  total: z.number(),
  result: z.unknown(),
  problem: z.string().nullable(),
});
export type LedgerJobView = z.infer<typeof ledgerJobSchema>;

const costLineSchema = z.object({
  part: z.string(),
  count: z.number(),
  microsPerMillion: z.number(),
  nano,
});

export const costHistorySchema = z.object({
  exchangeId: z.number(),
  usageSource: z.string(),
  /** Null where no price is known. */
  costNano: nano.nullable(),
  steps: z.array(
    z.object({
      atUs: z.number(),
      /** Null for the cost as it was closed. */
      reason: z.string().nullable(),
      madeBy: z.string().nullable(),
      costNano: nano.nullable(),
      deltaNano: nano,
      price: z.record(z.string(), z.unknown()).nullable(),
      lines: z.array(costLineSchema),
      words: z.array(z.string()),
    }),
  ),
});
export type CostHistoryView = z.infer<typeof costHistorySchema>;

/** Results of jobs, by their kind. */
export const verifyResultSchema = z.object({
  isIntact: z.boolean(),
  chains: z.number(),
  entries: z.number(),
  exchanges: z.number(),
  corrections: z.number(),
  days: z.number(),
  unvouched: z.number(),
  findings: z.array(
    z.object({
      kind: z.string(),
      text: z.string(),
      instanceId: z.number().nullable(),
      place: z.number().nullable(),
      exchangeId: z.number().nullable(),
      correctionId: z.number().nullable(),
      day: z.string().nullable(),
    }),
  ),
  moreFindings: z.number(),
  heads: z.array(z.object({ instanceId: z.number(), place: z.number(), hash: z.string() })),
  durationMs: z.number(),
  statement: z.object({ month: z.string(), madeAt: z.string(), fingerprint: z.string() }).nullable(),
});

export const recostResultSchema = z.object({
  applied: z.boolean(),
  priceVersion: z.string(),
  looked: z.number(),
  changed: z.number(),
  deltaNano: nano,
  nowPriced: z.number(),
  stillUnpriced: z.number(),
  priceGone: z.number(),
  sums: z.array(
    z.object({
      provider: z.string(),
      model: z.string(),
      changed: z.number(),
      wasNano: nano,
      isNano: nano,
      nowPriced: z.number(),
    }),
  ),
});

export const statementResultSchema = z.object({
  month: z.string(),
  costNano: nano,
  requests: z.number(),
  unpriced: z.number(),
  files: z.array(z.object({ name: z.string(), text: z.string() })),
});

const tokens = z.object({
  inputUncached: z.number(),
  cacheRead: z.number(),
  cacheWrite5m: z.number(),
  cacheWrite1h: z.number(),
  output: z.number(),
});

export const reconcileResultSchema = z.object({
  shape: z.string(),
  notes: z.array(z.string()),
  firstDay: z.string(),
  lastDay: z.string(),
  lines: z.array(
    z.object({
      day: z.string(),
      model: z.string(),
      key: z.string().nullable(),
      providers: z.array(z.string()),
      theirs: z.object({
        requests: z.number().nullable(),
        tokens: tokens.nullable(),
        costNano: nano.nullable(),
        batchOrTier: z.boolean(),
      }),
      ours: tokens.extend({
        requests: z.number(),
        costNano: nano,
        unpriced: z.number(),
        estimated: z.number(),
        withoutUsage: z.number(),
      }),
      isSame: z.boolean(),
      deltaTokens: z.number().nullable(),
      deltaRequests: z.number().nullable(),
      deltaNano: nano.nullable(),
      causes: z.array(z.object({ cause: z.string(), text: z.string() })),
    }),
  ),
  same: z.number(),
  differing: z.number(),
  theirNano: nano.nullable(),
  ourNano: nano,
  otherKeys: z.array(z.object({ key: z.string(), lines: z.number(), costNano: nano.nullable() })),
});
export type ReconcileResult = z.infer<typeof reconcileResultSchema>;

export const importResultSchema = z.object({
  applied: z.boolean(),
  looked: z.number(),
  imported: z.number(),
  known: z.number(),
  leftOut: z.number(),
  refused: z.array(z.object({ entry: z.number(), problem: z.string() })),
  refusedMore: z.number(),
  inputTokens: z.number(),
  outputTokens: z.number(),
  supplied: z.number(),
  withoutUser: z.array(z.object({ user: z.number(), email: z.string().nullable(), entries: z.number() })),
});

/** Files of bills are larger than what other endpoints take. */
export const LARGE_BODY_PATHS: readonly string[] = ["/ledger/reconcile", "/ledger/verify"];

export const LEDGER_ENDPOINTS = {
  getExchangeCost: endpoint("GET", "/exchanges/{id}/cost", "user", "Why an exchange cost what it did", {
    reply: costHistorySchema,
  }),
  getLedgerJob: endpoint("GET", "/ledger/jobs/{id}", "admin", "How far work on the ledger is, and what came of it", {
    reply: ledgerJobSchema,
  }),
  verifyLedger: endpoint(
    "POST",
    "/ledger/verify",
    "admin",
    "Begin to check the ledger, beside a statement if one is given",
    {
      body: z.strictObject({ statement: z.string().optional() }),
      reply: ledgerJobSchema,
    },
  ),
  recostLedger: endpoint("POST", "/ledger/recost", "admin", "Begin to price a span of time anew", {
    body: z.strictObject({
      fromUs: z.number().int().nonnegative().optional(),
      toUs: z.number().int().nonnegative().optional(),
      provider: z.string().optional(),
      model: z.string().optional(),
      reason: z.string().min(1).max(200).optional(),
      /** Left out, it only says what would change. */
      apply: z.boolean().optional(),
    }),
    reply: ledgerJobSchema,
  }),
  makeStatement: endpoint("POST", "/ledger/statements", "admin", "Begin to make the signed statement of a month", {
    body: z.strictObject({
      month: z.string(),
      userId: z.number().int().optional(),
      apiKeyId: z.number().int().optional(),
    }),
    reply: ledgerJobSchema,
  }),
  reconcileLedger: endpoint(
    "POST",
    "/ledger/reconcile",
    "admin",
    "Begin to hold a provider's export beside the ledger",
    {
      body: z.strictObject({
        /** The export's content. */
        text: z.string(),
        /** Instances of the provider whose rows are compared. */
        providers: z.array(z.string()).max(100),
        /** By key of the export, the instance that uses it. */
        keys: z.record(z.string(), z.string()).optional(),
      }),
      reply: ledgerJobSchema,
    },
  ),
  ledgerEvidence: endpoint(
    "GET",
    "/ledger/evidence",
    "admin",
    "The rows behind a line of a reconciliation, page by page",
    {
      query: z.strictObject({
        /** With commas between them. */
        providers: z.string(),
        day: z.string().regex(/^\d{4}-\d{2}-\d{2}$/),
        model: z.string(),
        afterId: whole.optional(),
      }),
      reply: z.object({
        rows: z.array(z.record(z.string(), z.unknown())),
        nextAfterId: z.number().nullable(),
      }),
    },
  ),
  importLedger: endpoint(
    "POST",
    "/ledger/import",
    "admin",
    "Begin to take over an earlier gateway's ledger.db; on this machine only",
    {
      body: z.strictObject({
        file: z.string(),
        apply: z.boolean().optional(),
        direction: z.enum(["consume", "supply", "both"]).optional(),
        /** By the old id, who that is here. */
        users: z.record(z.string(), z.number().int()).optional(),
        keys: z.record(z.string(), z.number().int()).optional(),
      }),
      reply: ledgerJobSchema,
    },
  ),
};
