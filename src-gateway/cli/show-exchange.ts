import { setTimeout as wait } from "node:timers/promises";
import { API_PREFIX } from "../admin-api/contract/api-prefix.ts";
import type { ExchangeView } from "../admin-api/contract/schemas.ts";
import { CliError, EXIT } from "./cli-error.ts";
import type { Connection } from "./connect.ts";
import type { Context } from "./context.ts";
import { harmless } from "./format.ts";
import { toJson, toYaml } from "./printer.ts";
import { readBody } from "./read-body.ts";
import { showDiff } from "./show-diff.ts";

const POLL_MS = 200;
/** Longer than any answer may take. */
const MAX_WAIT_MS = 2 * 3_600_000;
/** A row, or a body, that was just made takes a moment to be there. */
const KEPT_WITHIN_MS = 5_000;

/** One request, as data, and what was asked and answered below it. */
export async function showExchange({ withGateway, printer }: Context, id: string, withBody: boolean): Promise<void> {
  const { row, request, answer } = await withGateway(async (connection) => ({
    row: await connection.client.call("getExchange", { params: { id } }),
    request: withBody ? await readBody(connection, API_PREFIX, id, "request") : null,
    answer: withBody ? await readBody(connection, API_PREFIX, id, "response") : null,
  }));
  if (printer.form !== "table") {
    const data = withBody ? { ...row, requestBody: request, answerBody: answer } : row;
    return printer.line(printer.form === "json" ? toJson(data, 2) : await toYaml(data));
  }
  printer.line(await toYaml(withDifference(row)));
  if (!withBody) return;
  for (const [title, text] of [["request", request] as const, ["answer", answer] as const]) {
    printer.line(printer.paint("dim", `\n--- ${title} ---`));
    printer.line(text === null ? "not kept" : readable(text));
  }
}

/** How far the provider's counts are from the gateway's own, in tokens and in percent of the latter. */
function withDifference({ own, ...row }: ExchangeView): object {
  if (own === null || row.usageSource !== "provider") return { ...row, own };
  const { usage } = row;
  const input = usage.inputUncached + usage.cacheRead + usage.cacheWrite5m + usage.cacheWrite1h;
  return {
    ...row,
    own: {
      ...own,
      providerDiffersBy: { input: difference(input, own.input), output: difference(usage.output, own.output) },
    },
  };
}

function difference(reported: number, own: number): string {
  const tokens = reported - own;
  const percent = own === 0 ? "" : ` (${((tokens / own) * 100).toFixed(1)} %)`;
  return `${tokens > 0 ? "+" : ""}${tokens}${percent}`;
}

/** JSON in lines, and nothing that steers a terminal. */
function readable(text: string): string {
  let shown = text;
  try {
    shown = JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    // A stream, or only the beginning of it.
  }
  return shown.split("\n").map(harmless).join("\n");
}

export async function replay(
  context: Context,
  id: string,
  flags: { provider?: string; model?: string; diff?: boolean },
): Promise<void> {
  const { withGateway, printer } = context;
  await withGateway(
    async (connection) => {
      const body = {
        ...(flags.provider === undefined ? {} : { provider: flags.provider }),
        ...(flags.model === undefined ? {} : { model: flags.model }),
      };
      const { requestId } = await connection.client.call("replayExchange", { params: { id }, body });
      printer.note(`It was sent as ${requestId}.`);
      const row = await whenOver(connection, requestId);
      if (flags.diff) return diffOnceKept(context, connection, id, requestId);
      printer.line(printer.form === "json" ? toJson(row, 2) : await toYaml(row));
    },
    { needsDaemon: true },
  );
}

async function whenOver({ client }: Connection, id: string): Promise<ExchangeView> {
  const until = performance.now() + MAX_WAIT_MS;
  const recordedBy = performance.now() + KEPT_WITHIN_MS;
  for (;;) {
    const row = await client.call("getExchange", { params: { id } }).catch((error: unknown) => {
      if (isMissing(error) && performance.now() < recordedBy) return null;
      throw error;
    });
    if (row && row.outcome !== "open") return row;
    if (performance.now() > until) throw new CliError(EXIT.failed, `${id} has not ended yet.`);
    await wait(POLL_MS);
  }
}

async function diffOnceKept(context: Context, connection: Connection, id: string, other: string): Promise<void> {
  const until = performance.now() + KEPT_WITHIN_MS;
  for (;;) {
    try {
      return await showDiff(context, connection, id, other);
    } catch (error) {
      if (!isMissing(error) || performance.now() > until) throw error;
    }
    await wait(POLL_MS);
  }
}

const isMissing = (error: unknown): boolean => error instanceof CliError && error.exitCode === EXIT.notFound;
