/** `gateway config history|diff|rollback`: every version that was in force, and the way back. */
import type { Command } from "commander";
import type { RevisionView } from "../admin-api/contract/configuration-schemas.ts";
import { CliError, EXIT } from "./cli-error.ts";
import { contextOf } from "./context.ts";
import { harmless, shortWhen } from "./format.ts";
import { printChange } from "./print-change.ts";
import type { Column } from "./table.ts";
import type { CliWorld } from "./world.ts";

export function addConfigHistory(config: Command, world: CliWorld): void {
  config
    .command("history")
    .description("every version that was in force, the newest first")
    .option("--limit <n>", "how many", "20")
    .action(async (flags: { limit: string }, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      const query = { limit: toNumber(flags.limit) };
      const { items } = await withGateway(({ client }) => client.call("listConfigRevisions", { query }));
      await printer.list(items, COLUMNS, "There is no configuration yet.");
    });
  config
    .command("diff")
    .description("what differs between two versions, or one and what is in force")
    .argument("<from>", "a revision")
    .argument("[to]", "another one; what is in force when left out")
    .action(async (from: string, to: string | undefined, _flags, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      const query = { from: toNumber(from), ...(to === undefined ? {} : { to: toNumber(to) }) };
      const found = await withGateway(({ client }) => client.call("diffConfig", { query }));
      if (await printer.data(found)) return;
      if (found.diff === "") printer.line("Both are the same.");
      for (const line of found.diff.split("\n").slice(0, -1)) {
        const colour = line.startsWith("+")
          ? "green"
          : line.startsWith("-")
            ? "red"
            : line.startsWith("@")
              ? "dim"
              : null;
        printer.line(colour === null ? harmless(line) : printer.paint(colour, harmless(line)));
      }
    });
  config
    .command("rollback")
    .description("put an earlier version in force again")
    .argument("<revision>", "as the history names it")
    .option("--message <text>", "why, for the history")
    .option("--check", "only say what would change, and what is wrong")
    .action(async (revision: string, flags: { message?: string; check?: true }, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      const body = { to: toNumber(revision), ...(flags.message === undefined ? {} : { message: flags.message }) };
      const query = flags.check ? { check: true } : {};
      await printChange(printer, await withGateway(({ client }) => client.call("rollbackConfig", { query, body })));
    });
}

function toNumber(text: string): number {
  if (/^\d{1,15}$/.test(text) && Number(text) > 0) return Number(text);
  throw new CliError(EXIT.usage, `"${text.slice(0, 40)}" is no number from 1 on.`);
}

const COLUMNS: Column<RevisionView>[] = [
  { title: "REVISION", value: ({ id }) => String(id), right: true },
  { title: "WHEN", value: ({ atUs }) => shortWhen(atUs) },
  { title: "BY", value: ({ via, basedOn }) => (basedOn === null ? via : `${via} to ${basedOn}`) },
  { title: "WHO", value: ({ author }) => author ?? "–", min: 8, leaveOut: 2 },
  { title: "WHY", value: ({ message }) => message ?? "–", min: 8, leaveOut: 1 },
];
