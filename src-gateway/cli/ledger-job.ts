/** Long work of the gateway: begun, watched with a line that says how far it is, and brought to its result. */
import { setTimeout as wait } from "node:timers/promises";
import type { z } from "zod";
import type * as ledgerSchemas from "../admin-api/contract/ledger-schemas.ts";
import type { LedgerJobView } from "../admin-api/contract/ledger-schemas.ts";
import { CliError, EXIT } from "./cli-error.ts";
import type { Connection } from "./connect.ts";
import { count } from "./format.ts";
import type { CliWorld } from "./world.ts";

const FIRST_PAUSE_MS = 20;
const PAUSE_MS = 250;

type Schemas = typeof ledgerSchemas;

/**
 * @param pick what the result is held to; loaded only now, because nothing else on the command line needs it.
 * @throws CliError with what the gateway says when the work failed.
 */
export async function runJob<Schema extends z.ZodType>(
  { client }: Connection,
  { stderr }: Pick<CliWorld, "stderr">,
  begun: LedgerJobView,
  pick: (schemas: Schemas) => Schema,
): Promise<z.infer<Schema>> {
  const shows = stderr.isTTY === true;
  let job = begun;
  for (let pauseMs = FIRST_PAUSE_MS; job.state === "running"; pauseMs = Math.min(PAUSE_MS, pauseMs * 2)) {
    await wait(pauseMs);
    job = await client.call("getLedgerJob", { params: { id: job.id } });
    if (shows) stderr.write(`\r\u001b[K${lineOf(job)}`);
  }
  if (shows) stderr.write("\r\u001b[K");
  if (job.state !== "done") throw new CliError(EXIT.failed, job.problem ?? "the work failed");
  return pick(await import("../admin-api/contract/ledger-schemas.ts")).parse(job.result);
}

function lineOf({ kind, phase, done, total }: LedgerJobView): string {
  const share = total === 0 ? "" : ` ${String(Math.floor((100 * done) / total)).padStart(3)} %`;
  return `${kind} ${phase}${share}  ${count(done)}${total === 0 ? "" : ` of ${count(total)}`}`;
}
