import { type Command, InvalidArgumentError } from "commander";
import type { ExchangeView } from "../admin-api/contract/schemas.ts";
import { exchangeSchema } from "../admin-api/contract/schemas.ts";
import { CliError } from "./cli-error.ts";
import type { Connection } from "./connect.ts";
import { contextOf } from "./context.ts";
import { type Column, count, dim, duration, green, print, red, table, whenOf, write, yellow } from "./output.ts";
import { parseSince } from "./usage.ts";

const COLUMNS: Column<ExchangeView>[] = [
  { title: "TIME (UTC)", value: (row) => whenOf(row.id) },
  { title: "REQUEST", value: (row) => row.requestId },
  { title: "AGENT", value: (row) => row.agent ?? "–", max: 22 },
  { title: "SURFACE", value: (row) => row.surface },
  { title: "MODEL", value: modelOf, max: 40 },
  { title: "PROVIDER", value: (row) => row.provider ?? "–", max: 18 },
  { title: "OUTCOME", value: outcomeOf },
  { title: "FIRST", value: (row) => duration(row.firstTokenUs), right: true },
  { title: "TOTAL", value: (row) => duration(row.totalUs), right: true },
  { title: "IN", value: (row) => tokens(row, row.usage.inputUncached), right: true },
  { title: "CACHED", value: (row) => tokens(row, row.usage.cacheRead), right: true },
  { title: "OUT", value: (row) => tokens(row, row.usage.output), right: true },
  { title: "END", value: (row) => row.errorCode ?? row.finishReason ?? "", max: 24 },
];

interface Flags {
  follow?: boolean;
  lines: number;
  failed?: boolean;
  json?: boolean;
  model?: string;
  provider?: string;
  since?: number;
}

export function addLogs(program: Command): void {
  program
    .command("logs")
    .description("every request that the gateway recorded")
    .argument("[request]", "only this one, in full")
    .option("-f, --follow", "go on, and print each request as it ends")
    .option("-n, --lines <number>", "how many of the last ones", parseLines, 20)
    .option("--failed", "only those that did not end well")
    .option("--model <name>", "only this model")
    .option("--provider <id>", "only this provider")
    .option("--since <time>", "only what came after: 24h, 7d, or a date", parseSince)
    .option("--json", "one JSON object a line")
    .action(async (request: string | undefined, flags: Flags, command: Command) => {
      const context = contextOf(command);
      await context.with(
        async (connection) => {
          if (request !== undefined) return showOne(connection, request, context.form);
          const rows = await connection.client.call("listExchanges", {
            query: { limit: flags.lines, failedOnly: flags.failed, model: flags.model, provider: flags.provider, fromUs: flags.since },
          });
          rows.reverse();
          if (flags.json) for (const row of rows) write(JSON.stringify(row));
          else if (rows.length > 0 || !flags.follow) print(rows as ExchangeView[], COLUMNS, context.form, "No request was recorded yet. The README shows how to send the first one.");
          if (flags.follow) await follow(connection, flags);
        },
        { needsDaemon: flags.follow === true },
      );
    });
}

async function showOne({ client }: Connection, request: string, form: string): Promise<void> {
  const row = await client.call("getExchange", { params: { id: request } });
  if (form === "yaml") write((await import("yaml")).stringify(row).trimEnd());
  else write(JSON.stringify(row, null, 2));
}

/** Reads the gateway's live stream until it ends or the person stops it. */
async function follow(connection: Connection, flags: Flags): Promise<void> {
  const response = await connection.request("/api/v1/exchanges/live");
  if (response.statusCode !== 200) throw new CliError(1, `The gateway does not let the log be followed (${response.statusCode}).`);
  process.once("SIGINT", () => response.destroy());
  response.setEncoding("utf8");
  let pending = "";
  try {
    for await (const chunk of response) {
      pending += chunk as string;
      const frames = pending.split("\n\n");
      pending = frames.pop() ?? "";
      for (const frame of frames) {
        const data = /^data: (.*)$/m.exec(frame)?.[1];
        if (data) printLive(exchangeSchema.parse(JSON.parse(data)) as ExchangeView, flags);
      }
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_STREAM_PREMATURE_CLOSE" && (error as NodeJS.ErrnoException).code !== "ECONNRESET") throw error;
  }
}

function printLive(row: ExchangeView, flags: Flags): void {
  if (flags.failed && row.outcome === "completed") return;
  if (flags.provider !== undefined && row.provider !== flags.provider) return;
  if (flags.model !== undefined && ![row.modelAsked, row.modelRouted, row.modelServed].includes(flags.model)) return;
  // The widths of the last table are gone; one line by itself still lines up well enough with wide columns.
  write(flags.json ? JSON.stringify(row) : (table([row], COLUMNS)[1] ?? ""));
}

function modelOf(row: ExchangeView): string {
  const { modelAsked, modelRouted, modelServed } = row;
  const reached = modelServed ?? modelRouted;
  return reached === null || reached === modelAsked ? (modelAsked ?? "–") : `${modelAsked} → ${reached}`;
}

function outcomeOf(row: ExchangeView): string {
  const text = `${row.status ?? ""} ${row.outcome}`.trim();
  if (row.outcome === "completed") return green(text);
  return row.outcome === "open" ? dim(text) : row.outcome === "client_aborted" ? yellow(text) : red(text);
}

const tokens = (row: ExchangeView, value: number): string => (row.usageSource === "none" ? "–" : count(value));

function parseLines(text: string): number {
  const lines = Number(text);
  if (Number.isInteger(lines) && lines >= 1 && lines <= 1000) return lines;
  throw new InvalidArgumentError("Write a whole number from 1 to 1000.");
}
