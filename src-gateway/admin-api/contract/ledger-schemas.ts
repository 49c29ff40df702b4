/** What work on the ledger gives. Money is nano-USD. */
import { z } from "zod";

const nano = z.number();

export const ledgerJobSchema = z.object({
  id: z.string(),
  kind: z.string(),
  state: z.enum(["running", "done", "failed", "cancelled"]),
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
      /** Failed attempts that had used something; what they cost is part of `costNano`. */
      attempts: z.array(
        z.object({
          provider: z.string(),
          model: z.string(),
          errorCode: z.string().nullable(),
          costNano: nano.nullable(),
          lines: z.array(costLineSchema),
          words: z.array(z.string()),
        }),
      ),
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
