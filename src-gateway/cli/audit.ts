import { type Command, InvalidArgumentError, Option } from "commander";
import type { ActView } from "../admin-api/contract/audit-endpoints.ts";
import { CliError, EXIT } from "./cli-error.ts";
import { contextOf } from "./context.ts";
import { shortWhen } from "./format.ts";
import { parseMoment } from "./parse-time.ts";
import type { ActFilter } from "./read-acts.ts";
import type { Column } from "./table.ts";
import type { CliWorld } from "./world.ts";

const COLUMNS: Column<ActView>[] = [
  { title: "ID", value: ({ id }) => String(id), right: true },
  { title: "TIME", value: ({ atUs }) => shortWhen(atUs) },
  { title: "WHO", value: ({ actor }) => actor.email ?? (actor.via === "local" ? "the operator" : actor.via), min: 12 },
  { title: "ACTION", value: ({ action }) => action, min: 12 },
  { title: "TARGET", value: ({ target }) => target.name ?? target.id ?? target.kind, min: 10 },
  { title: "FROM", value: ({ address }) => address ?? "–", leaveOut: 2 },
  { title: "REQUEST", value: ({ requestId }) => requestId ?? "–", leaveOut: 1 },
];

export function addAudit(admin: Command, world: CliWorld): void {
  const audit = admin.command("audit").description("what administrators did");
  withFilters(audit.command("list").description("the last acts, the newest first"))
    .option("-n, --lines <number>", "how many of the last ones", parseLines, 50)
    .action(async (flags: ActFilter & { lines: number }, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      const { readActs } = await import("./read-acts.ts");
      const acts = await withGateway(({ client }) => readActs(client, flags, flags.lines));
      await printer.list(acts, COLUMNS, "No act is like that.");
    });
  withFilters(audit.command("export").description("the acts as a file, the oldest first"))
    .addOption(new Option("--format <form>", "how to write them").choices(["csv", "jsonl"]).default("csv"))
    .option("--file <file>", "where to; standard output when left out")
    .action(async (flags: ActFilter & { format: string; file?: string }, command: Command) => {
      const { exportActs } = await import("./read-acts.ts");
      await exportActs(contextOf(command, world), flags);
    });
  audit
    .command("verify")
    .description("whether anybody has changed the log behind the gateway's back")
    .action(async (_options, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      const report = await withGateway(({ client }) => client.call("verifyActs"));
      if (!(await printer.data(report)) && report.isIntact)
        printer.line(
          `${report.acts} acts, all as they were written.${report.head ? ` Head: ${report.head.hash}` : ""}`,
        );
      if (!report.isIntact) throw new CliError(EXIT.failed, `act ${report.firstWrong} is not as it was written.`);
    });
}

const withFilters = (command: Command): Command =>
  command
    .option("--actor <user>", "only acts of this user, by id or e-mail address")
    .option("--action <name>", "only these: user.create, or user.*")
    .option("--target <kind>", "only acts on this: user, api_key, config …; user:7 is one of them")
    .option("--since <time>", "only what came after: 24h, 7d, or a date", parseMoment)
    .option("--until <time>", "only what came before", parseMoment);

function parseLines(text: string): number {
  const lines = Number(text);
  if (Number.isSafeInteger(lines) && lines > 0 && lines <= 100_000) return lines;
  throw new InvalidArgumentError("Write a number from 1 to 100000.");
}
