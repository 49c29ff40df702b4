/** Users from a file, and into one. */
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Command } from "commander";
import type { ReplyOf } from "../admin-api/contract/endpoints.ts";
import { CliError, EXIT } from "./cli-error.ts";
import { contextOf } from "./context.ts";
import { harmless } from "./format.ts";
import { createPrinter } from "./printer.ts";
import { readTextFile } from "./read-file.ts";
import type { CliWorld } from "./world.ts";

type Report = ReplyOf<"importUsers">;

interface ImportFlags {
  file: string;
  skipExisting?: boolean;
  skipInvalid?: boolean;
  dryRun?: boolean;
  json?: boolean;
}

export function addImport(users: Command, world: CliWorld): void {
  users
    .command("import")
    .description("add the users of a CSV file, all of them or none")
    .requiredOption(
      "--file <file>",
      "with the columns email, role, display_name, and if you like team, projects, status",
    )
    .option("--skip-existing", "pass over addresses that somebody has already")
    .option("--skip-invalid", "take the good lines although others are wrong")
    .option("--dry-run", "only say what would be done")
    .option("--json", "the same as -o json")
    .action(async (flags: ImportFlags, command: Command) => {
      const { printer: plain, withGateway } = contextOf(command, world);
      const printer = flags.json ? createPrinter(world, "json", plain.paint) : plain;
      const csv = await readTextFile(world, flags.file);
      const { skipExisting = false, skipInvalid = false, dryRun = false } = flags;
      const report = await withGateway(({ client }) =>
        client.call("importUsers", { body: { csv, skipExisting, skipInvalid, dryRun } }),
      );
      if (!(await printer.data(report))) for (const line of wordsOf(report, dryRun)) printer.line(line);
      if (report.problems.length > 0 && !skipInvalid) throw new CliError(EXIT.failed, "");
    });
}

function wordsOf({ lines, created, skipped, problems, applied }: Report, isDry: boolean): string[] {
  const bad = problems.map(({ line, email, problem }) =>
    harmless(`line ${line}${email === "" ? "" : ` (${email})`}: ${problem}`),
  );
  const passed = skipped.length === 0 ? "" : `, ${skipped.length} passed over because they are there already`;
  const done = applied
    ? `${created.length} of ${lines} users were added${passed}.`
    : isDry
      ? `${created.length} of ${lines} users would be added${passed}.`
      : `No user was added${passed}.`;
  const why =
    created.length === 0 && problems.length > 0
      ? [`${problems.length} of ${lines} lines cannot be taken. Mend them, or add --skip-invalid to take the others.`]
      : [];
  return [...bad, done, ...why];
}

export function addExport(users: Command, world: CliWorld): void {
  users
    .command("export")
    .description("all users as a CSV file, to be imported again")
    .option("--file <file>", "where to; standard output when left out")
    .action(async ({ file }: { file?: string }, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      const { csv } = await withGateway(({ client }) => client.call("exportUsers"));
      if (file === undefined) {
        if (!(await printer.data({ csv }))) world.stdout.write(csv);
        return;
      }
      try {
        // Addresses are nobody else's business.
        await writeFile(resolve(world.cwd, file), csv, { mode: 0o600 });
      } catch (error) {
        throw new CliError(EXIT.failed, `${file} cannot be written: ${(error as NodeJS.ErrnoException).code}.`);
      }
      printer.note(`${csv.split("\r\n").length - 2} users were written to ${file}.`);
    });
}
