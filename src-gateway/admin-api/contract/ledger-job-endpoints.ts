/** Long work on the ledger as a whole: what is being done, and an end to it. Each piece is begun by an endpoint of its own. */
import { z } from "zod";
import { endpoint } from "./endpoint.ts";
import { ledgerJobSchema } from "./ledger-schemas.ts";

export const LEDGER_JOB_ENDPOINTS = {
  listLedgerJobs: endpoint(
    "GET",
    "/ledger/jobs",
    "ledger:read",
    "What is being done to the ledger and was done of late, the newest first, without the results",
    { reply: z.array(ledgerJobSchema) },
  ),
  cancelLedgerJob: endpoint(
    "POST",
    "/ledger/jobs/{id}/cancel",
    "ledger:run",
    "End work on the ledger; what was done until then stays",
    { body: z.strictObject({}), reply: ledgerJobSchema },
  ),
};
