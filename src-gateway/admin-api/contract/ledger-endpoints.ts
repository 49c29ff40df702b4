/** Proof, corrections, statements and bills. What takes long is a job: begun by one call, asked for by another. */
import { z } from "zod";
import { endpoint, whole } from "./endpoint.ts";
import { costHistorySchema, ledgerJobSchema } from "./ledger-schemas.ts";

/** Files of bills, and of users, are larger than what other endpoints take. */
export const LARGE_BODY_PATHS: readonly string[] = [
  "/ledger/reconcile",
  "/ledger/verify",
  "/admin/users/import",
  "/transfer/import",
];

export const LEDGER_ENDPOINTS = {
  getExchangeCost: endpoint("GET", "/exchanges/{id}/cost", "usage:read", "Why an exchange cost what it did", {
    reply: costHistorySchema,
  }),
  getLedgerJob: endpoint(
    "GET",
    "/ledger/jobs/{id}",
    "ledger:read",
    "How far work on the ledger is, and what came of it",
    {
      reply: ledgerJobSchema,
    },
  ),
  verifyLedger: endpoint(
    "POST",
    "/ledger/verify",
    "ledger:run",
    "Begin to check the ledger, beside a statement if one is given",
    {
      body: z.strictObject({ statement: z.string().optional() }),
      reply: ledgerJobSchema,
    },
  ),
  recostLedger: endpoint("POST", "/ledger/recost", "ledger:run", "Begin to price a span of time anew", {
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
  makeStatement: endpoint("POST", "/ledger/statements", "ledger:run", "Begin to make the signed statement of a month", {
    body: z.strictObject({
      month: z.string(),
      userId: z.number().int().optional(),
      apiKeyId: z.number().int().optional(),
      /** A team's name: of all its keys, and of nobody else. */
      team: z.string().min(1).max(100).optional(),
    }),
    reply: ledgerJobSchema,
  }),
  reconcileLedger: endpoint(
    "POST",
    "/ledger/reconcile",
    "ledger:run",
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
    "ledger:read",
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
    "ledger:run",
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
