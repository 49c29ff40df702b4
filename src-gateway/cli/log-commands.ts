/** `gateway logs …`: what can be done with one request, and with the log as a whole. */
import { type Command, InvalidArgumentError, Option } from "commander";
import type { ExchangeView } from "../admin-api/contract/schemas.ts";
import type { Connection } from "./connect.ts";
import { type Context, contextOf } from "./context.ts";
import { EXCHANGE_COLUMNS } from "./exchange-columns.ts";
import { parseMoment, parseSpan } from "./parse-time.ts";
import type { CliWorld } from "./world.ts";

export function addLogCommands(logs: Command, world: CliWorld): void {
  addShow(logs, world);
  addSearch(logs, world);
  addReplay(logs, world);
  addDiff(logs, world);
  addCurl(logs, world);
  addExport(logs, world);
  addPrune(logs, world);
}

function addShow(logs: Command, world: CliWorld): void {
  logs
    .command("show")
    .description("one request, with everything that is known of it")
    .argument("<request>", "its id (req_…)")
    .option("--body", "also what was asked and answered, where that was kept")
    .action(async (id: string, { body }: { body?: boolean }, command: Command) => {
      const { showExchange } = await import("./show-exchange.ts");
      await showExchange(contextOf(command, world), id, body === true);
    });
}

function addSearch(logs: Command, world: CliWorld): void {
  logs
    .command("search")
    .description("requests in whose prompt or answer all these words stand")
    .argument("<words...>", "a * behind a word stands for any ending")
    .option("--limit <number>", "how many of the last ones", parseCount, 20)
    .action(async (words: string[], { limit }: { limit: number }, command: Command) => {
      const { withGateway, printer } = contextOf(command, world);
      const query = { q: words.join(" "), limit };
      const rows = (await withGateway(({ client }) => client.call("listExchanges", { query }))) as ExchangeView[];
      await printer.list(rows.toReversed(), EXCHANGE_COLUMNS, "No kept request has all these words.");
    });
}

function addReplay(logs: Command, world: CliWorld): void {
  logs
    .command("replay")
    .description("send a kept request once more, as a new one")
    .argument("<request>", "its id (req_…)")
    .option("--provider <id>", "to this provider")
    .option("--model <name>", "for this model")
    .option("--diff", "then show both answers side by side")
    .action(async (id: string, flags: { provider?: string; model?: string; diff?: boolean }, command: Command) => {
      const context = contextOf(command, world);
      const { replay } = await import("./show-exchange.ts");
      await replay(context, id, flags);
    });
}

function addDiff(logs: Command, world: CliWorld): void {
  logs
    .command("diff")
    .description("what two requests were answered, side by side")
    .argument("<request>", "the id of one (req_…)")
    .argument("<other>", "the id of the other")
    .action(async (id: string, other: string, _flags: unknown, command: Command) => {
      const context = contextOf(command, world);
      const { showDiff } = await import("./show-diff.ts");
      await context.withGateway((connection) => showDiff(context, connection, id, other));
    });
}

function addCurl(logs: Command, world: CliWorld): void {
  logs
    .command("curl")
    .description("a kept request as a command; the key stands in TOKLIGENCE_API_KEY")
    .argument("<request>", "its id (req_…)")
    .action(async (id: string, _flags: unknown, command: Command) => {
      const { withGateway, printer } = contextOf(command, world);
      const curl = await withGateway(({ client }) => client.call("curlOfExchange", { params: { id } }));
      if (!(await printer.data(curl))) printer.line(curl.command);
    });
}

interface ExportFlags {
  format: "csv" | "jsonl" | "parquet";
  from?: number;
  to?: number;
  file?: string;
}

function addExport(logs: Command, world: CliWorld): void {
  logs
    .command("export")
    .description("the recorded requests as a file")
    .addOption(new Option("--format <format>", "what kind").choices(["csv", "jsonl", "parquet"]).default("csv"))
    .option("--from <time>", "from this moment on: 24h, 7d, or a date", parseMoment)
    .option("--to <time>", "before this moment", parseMoment)
    .option("--file <path>", "where to; standard output when left out")
    .action(async (flags: ExportFlags, command: Command) => {
      const context = contextOf(command, world);
      const { exportLog } = await import("./export-log.ts");
      await context.withGateway((connection) => exportLog(context, connection, flags));
    });
}

function addPrune(logs: Command, world: CliWorld): void {
  logs
    .command("prune")
    .description("remove kept bodies that are too old or too much; the settings say which, where nothing is named")
    .option("--older-than <span>", "than this: 30d, 12h", parseSpan)
    .option("--max-bytes <number>", "keep the newest so many bytes", parseBytes)
    .action(async (flags: { olderThan?: number; maxBytes?: number }, command: Command) => {
      const context = contextOf(command, world);
      await context.withGateway((connection) => prune(context, connection, flags));
    });
}

async function prune(
  { printer }: Context,
  { client }: Connection,
  { olderThan, maxBytes }: { olderThan?: number; maxBytes?: number },
): Promise<void> {
  const nowUs = olderThan === undefined ? 0 : (await client.call("getStatus")).nowUs;
  const pruned = await client.call("pruneBodies", {
    body: {
      ...(olderThan === undefined ? {} : { beforeUs: Math.max(0, nowUs - olderThan * 1000) }),
      ...(maxBytes === undefined ? {} : { maxBytes }),
    },
  });
  if (await printer.data(pruned)) return;
  printer.line(`${pruned.bodies} requests without their bodies now, ${pruned.bytes} bytes free. Their rows stay.`);
}

function parseCount(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1 && number <= 1000) return number;
  throw new InvalidArgumentError("Write a whole number from 1 to 1000.");
}

function parseBytes(text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  throw new InvalidArgumentError("Write a whole number of bytes.");
}
