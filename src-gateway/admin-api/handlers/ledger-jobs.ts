import { GatewayError } from "../../ir/errors.ts";
import type { LEDGER_JOB_ENDPOINTS } from "../contract/ledger-job-endpoints.ts";
import type { Handlers } from "./types.ts";

export const ledgerJobHandlers: Pick<Handlers, keyof typeof LEDGER_JOB_ENDPOINTS> = {
  // A statement or a reconciliation is long, and who wants it asks for that one.
  listLedgerJobs: ({ deps }) => deps.ledger.jobs().map((job) => ({ ...job, result: null })),
  async cancelLedgerJob({ deps, params, record }) {
    const job = deps.ledger.cancel(params["id"] ?? "");
    if (job === null)
      throw new GatewayError("not_found", "There is no such work on the ledger, or it was done long ago.");
    await record({
      action: "ledger.cancel",
      target: { kind: "ledger_job", id: job.id, name: job.kind },
      before: null,
      after: null,
    });
    return job;
  },
};
