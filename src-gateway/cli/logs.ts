import { type Command, InvalidArgumentError } from "commander";
import type { ExchangeView } from "../admin-api/contract/schemas.ts";
import type { Connection } from "./connect.ts";
import { type Context, contextOf } from "./context.ts";
import { EXCHANGE_COLUMNS } from "./exchange-columns.ts";
import { addLogCommands } from "./log-commands.ts";
import { parseMoment } from "./parse-time.ts";
import { type Printer, toJson, toYaml } from "./printer.ts";
import { layOut } from "./table.ts";
import type { CliWorld } from "./world.ts";

interface Flags {
  follow?: boolean;
  lines: number;
  failed?: boolean;
  json?: boolean;
  model?: string;
  provider?: string;
  since?: number;
}

export function addLogs(program: Command, world: CliWorld): void {
  const logs = program
    .command("logs")
    .description("every request that the gateway recorded, the newest last")
    .argument("[request]", "only this one (req_…), with everything that is known of it")
    .option("-f, --follow", "go on, and print each request as it ends")
    .option("-n, --lines <number>", "how many of the last ones", parseLines, 20)
    .option("--failed", "only those that did not end well")
    .option("--model <name>", "only this model")
    .option("--provider <id>", "only this provider")
    .option("--since <time>", "only what came after: 24h, 7d, or a date", parseMoment)
    .option("--json", "one JSON object a line")
    .action(async (request: string | undefined, flags: Flags, command: Command) => {
      const context = contextOf(command, world);
      if (request !== undefined) await showOne(context, request);
      else if (flags.follow) await followLog(context, flags);
      else await showLast(context, flags);
    });
  addLogCommands(logs, world);
}

async function showOne({ withGateway, printer }: Context, id: string): Promise<void> {
  const row = await withGateway(({ client }) => client.call("getExchange", { params: { id } }));
  // It has lists inside, which lines of names and values cannot show.
  printer.line(printer.form === "json" ? toJson(row, 2) : await toYaml(row));
}

async function showLast({ withGateway, printer }: Context, flags: Flags): Promise<void> {
  const rows = await withGateway((connection) => lastRows(connection, flags));
  if (flags.json) for (const row of rows) printer.line(toJson(row));
  else await printer.list(rows, EXCHANGE_COLUMNS, emptyText(flags));
}

/** Oldest first, as a log is read. */
async function lastRows({ client }: Connection, flags: Flags): Promise<ExchangeView[]> {
  const { lines: limit, model, provider, since: fromUs } = flags;
  const query = { limit, model, provider, fromUs, failedOnly: flags.failed };
  return ((await client.call("listExchanges", { query })) as ExchangeView[]).toReversed();
}

function emptyText({ failed, model, provider, since }: Flags): string {
  const isNarrowed = failed || model !== undefined || provider !== undefined || since !== undefined;
  return isNarrowed
    ? "No recorded request is like that."
    : "No request was recorded yet. Send one to a base URL of the gateway (`gateway models` lists what can be asked for).";
}

async function followLog({ withGateway, printer }: Context, flags: Flags): Promise<void> {
  const { followExchanges } = await import("./follow-exchanges.ts");
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  process.once("SIGTERM", () => stop.abort());
  const print = await linePrinter(printer, flags);
  await withGateway(
    (connection) =>
      followExchanges(connection, {
        readLast: () => lastRows(connection, flags),
        isWanted: (row) => isWanted(row, flags),
        onRows: print,
        onLost: () => printer.note("The gateway went away; waiting for it."),
        onBack: () => printer.note("The gateway is back."),
        signal: stop.signal,
      }),
    { needsDaemon: true },
  );
}

/** Lines stay in the columns that the first rows made. */
async function linePrinter(printer: Printer, { json }: Flags): Promise<(rows: ExchangeView[]) => Promise<void>> {
  const { form } = printer;
  if (json || form === "json") {
    return async (rows) => {
      for (const row of rows) printer.line(toJson(row));
    };
  }
  if (form === "yaml") {
    return async (rows) => {
      for (const row of rows) printer.line(`---\n${await toYaml(row)}`);
    };
  }
  let table: ReturnType<typeof layOut<ExchangeView>> | null = null;
  return async (rows) => {
    if (table === null) {
      table = layOut(rows, EXCHANGE_COLUMNS, { width: printer.width, paint: printer.paint, willGrow: true });
      printer.line(table.header());
    }
    for (const row of rows) printer.line(table.line(row));
  };
}

function isWanted(row: ExchangeView, { failed, model, provider }: Flags): boolean {
  if (failed && row.outcome === "completed") return false;
  if (provider !== undefined && row.provider !== provider) return false;
  return model === undefined || [row.modelAsked, row.modelRouted, row.modelServed].includes(model);
}

function parseLines(text: string): number {
  const lines = Number(text);
  if (Number.isInteger(lines) && lines >= 1 && lines <= 1000) return lines;
  throw new InvalidArgumentError("Write a whole number from 1 to 1000.");
}
