import { GatewayError } from "../../ir/errors.ts";
import { parseRequestId } from "../../ir/exchange-record.ts";
import type { LedgerJob } from "../../ledger/ledger-jobs.ts";
import { ExportError } from "../../ledger/reconcile/export-lines.ts";
import { isAdmin } from "../caller.ts";
import type { LEDGER_ENDPOINTS } from "../contract/ledger-endpoints.ts";
import type { HandlerInput, Handlers } from "./types.ts";

export const ledgerHandlers: Pick<Handlers, keyof typeof LEDGER_ENDPOINTS> = {
  async getExchangeCost({ deps, params, caller }) {
    const text = params["id"] ?? "";
    const id = parseRequestId(text) ?? Number(text);
    const record = Number.isSafeInteger(id) ? await deps.requestLog.get(id) : null;
    const mayKnow = record !== null && (caller === null || isAdmin(caller) || record.userId === caller.userId);
    const cost = mayKnow ? await deps.ledger.cost(id) : null;
    if (cost === null) throw new GatewayError("not_found", `There is no exchange ${text.slice(0, 50)}.`);
    return { ...cost, steps: cost.steps.map((step) => ({ ...step, price: step.price && { ...step.price } })) };
  },
  getLedgerJob({ deps, params }) {
    const job = deps.ledger.job(params["id"] ?? "");
    if (job === null)
      throw new GatewayError("not_found", "There is no such work on the ledger, or it was done long ago.");
    return job;
  },
  verifyLedger: ({ deps, body, record }) =>
    begin(() => deps.ledger.verify(body.statement ?? null), record, { withStatement: body.statement !== undefined }),
  recostLedger({ deps, body, caller, record }) {
    const { apply = false, reason = "prices changed", ...query } = body;
    const by = caller === null || caller.isLocal ? "the operator" : `user ${caller.userId}`;
    return begin(() => deps.ledger.recost(defined(query), { apply, reason, by }), record, { ...query, apply, reason });
  },
  makeStatement: ({ deps, body, record }) => begin(() => deps.ledger.statement(defined(body)), record, body),
  reconcileLedger({ deps, body, record }) {
    const unknown = [...body.providers, ...Object.values(body.keys ?? {})].find((name) => !deps.isProvider(name));
    if (unknown !== undefined)
      throw new GatewayError("invalid_request", `No provider is called "${unknown.slice(0, 50)}".`, {
        param: "providers",
      });
    const { text, providers, keys = {} } = body;
    return begin(() => deps.ledger.reconcile(text, { providers, keys }), record, { providers });
  },
  ledgerEvidence({ deps, query }) {
    const { providers, day, model, afterId = 0 } = query;
    return deps.ledger
      .evidence({ providers: providers.split(","), day, model, afterId })
      .then(({ rows, nextAfterId }) => ({
        rows: rows.map((row) => ({ ...row })),
        nextAfterId,
      }));
  },
  importLedger({ deps, body, caller, record }) {
    // The path of a file means something only on the machine that has it.
    if (!caller?.isLocal)
      throw new GatewayError(
        "forbidden",
        "A ledger is imported on the gateway's own machine: run `gateway ledger import` there.",
      );
    const { file, apply = false, direction = "both", users = {}, keys = {} } = body;
    const asked = { file, apply, direction, users, keys };
    return begin(() => deps.ledger.importLegacy(asked), record, asked);
  },
};

/** What is wrong with the input is said at once, not when somebody asks for the work. */
async function begin(
  start: () => LedgerJob,
  record: HandlerInput<"verifyLedger">["record"],
  asked: object,
): Promise<LedgerJob> {
  const job = started(start);
  await record({
    action: `ledger.${job.kind}`,
    target: { kind: "ledger_job", id: job.id, name: null },
    before: null,
    after: asked,
  });
  return job;
}

function started(start: () => LedgerJob): LedgerJob {
  try {
    return start();
  } catch (error) {
    if (error instanceof ExportError) {
      const lines = error.problems.map(({ where, problem }) => `${where}: ${problem}`);
      throw new GatewayError("invalid_request", `The export was not taken, as it cannot be read:\n${lines.join("\n")}`);
    }
    throw new GatewayError("invalid_request", error instanceof Error ? error.message : String(error));
  }
}

/** Without the members that were not given. */
function defined<T extends object>(object: T): { [Name in keyof T]: Exclude<T[Name], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as {
    [Name in keyof T]: Exclude<T[Name], undefined>;
  };
}
