import { type Command, InvalidArgumentError } from "commander";
import { CliError, EXIT } from "./cli-error.ts";
import { type Context, contextOf } from "./context.ts";
import { count } from "./format.ts";
import { showProgress } from "./progress-lines.ts";
import type { CopiedTableLine, CopyQuestion, MigrationLine, StorageTools } from "./storage-tools.ts";
import type { Column } from "./table.ts";
import type { CliWorld } from "./world.ts";

interface CopyFlags {
  from: string;
  to: string;
  bodies?: true;
}

export function addMigrate(program: Command, world: CliWorld): void {
  const migrate = program.command("migrate").description("the database: its version, and the way to another database");
  migrate
    .command("status")
    .description("which steps of the schema the database has been through, and which are missing")
    .action(async (_flags: object, command: Command) => {
      const { printer, readSettings } = contextOf(command, world);
      const lines = await (await world.openStorage()).migrationState(await readSettings());
      await printer.list(lines, columnsFor(lines), "There are no steps.");
      if (printer.form === "table") printer.note(summaryOf(lines));
    });
  migrate
    .command("plan")
    .description("the SQL of the steps that are missing; nothing is run")
    .action(async (_flags: object, command: Command) => {
      const { printer, readSettings } = contextOf(command, world);
      const plan = await (await world.openStorage()).migrationPlan(await readSettings());
      if (await printer.data(plan)) return;
      if (plan.length === 0) printer.line("-- Nothing is missing.");
      for (const { database, name, statements } of plan) {
        printer.line(`-- ${name} (${database})`);
        for (const statement of statements) printer.line(`${statement};`);
      }
    });
  migrate
    .command("up")
    .description("run the steps that are missing, wholly or not at all; a gateway does the same when it starts")
    .action(async (_flags: object, command: Command) => {
      const { printer, readSettings } = contextOf(command, world);
      const done = await (await world.openStorage()).migrateUp(await readSettings());
      if (await printer.data(done)) return;
      if (done.length === 0) printer.line("Nothing was missing.");
      for (const { database, name } of done) printer.line(`${name}  ${database}`);
    });
  addCopies(migrate, world);
}

function addCopies(migrate: Command, world: CliWorld): void {
  const source = "the source: sqlite or postgres for the configured one, a file, or a postgres:// address";
  migrate
    .command("export")
    .description("write the database as a script that psql loads into an empty PostgreSQL database")
    .option("--from <database>", source, "sqlite")
    .requiredOption("--to <file>", "the script")
    .option("--bodies", "with the kept bodies of requests")
    .action((flags: CopyFlags, command: Command) =>
      run(contextOf(command, world), flags, async (tools, settings, question) => ({
        tables: await tools.exportSql(settings, question),
        isResumed: false,
      })),
    );
  migrate
    .command("copy")
    .description("copy the database into another, empty one; run again, it goes on where it stood")
    .requiredOption("--from <database>", source)
    .requiredOption("--to <database>", "the target: a postgres:// address, env:NAME with one, or a file", notEmpty)
    .option("--bodies", "with the kept bodies of requests")
    .action((flags: CopyFlags, command: Command) => {
      const [from, to] = [fromEnvironment(flags.from, world), fromEnvironment(flags.to, world)];
      return run(contextOf(command, world), { ...flags, from, to }, (tools, settings, question) =>
        tools.copy(settings, question),
      );
    });
}

type Work = (
  tools: StorageTools,
  settings: Awaited<ReturnType<Context["readSettings"]>>,
  question: CopyQuestion,
) => Promise<{ tables: CopiedTableLine[]; isResumed: boolean }>;

async function run({ world, printer, readSettings }: Context, flags: CopyFlags, work: Work): Promise<void> {
  const lines = showProgress(world, () => performance.now());
  const startedMs = performance.now();
  const tools = await world.openStorage();
  const settings = await readSettings();
  const question = { ...flags, withBodies: flags.bodies === true, onProgress: lines.show };
  const { tables, isResumed } = await work(tools, settings, question).finally(lines.end);
  const seconds = (performance.now() - startedMs) / 1000;
  await printer.list(tables, TABLE_COLUMNS, "There are no tables.");
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  if (isResumed) printer.note("An earlier copy was gone on with.");
  printer.note(`${count(rows)} rows in ${seconds.toFixed(1)} s, ${count(Math.round(rows / seconds))} rows/s.`);
}

function notEmpty(text: string): string {
  if (text.trim() === "") throw new InvalidArgumentError("Name a database.");
  return text.trim();
}

/** An address may hold a password, which should not stand in the shell's history. */
function fromEnvironment(word: string, { env }: CliWorld): string {
  const name = /^env:(\w+)$/.exec(word)?.[1];
  if (name === undefined) return word;
  const value = env[name]?.trim();
  if (!value) throw new CliError(EXIT.usage, `The variable ${name} is not set.`);
  return value;
}

const TABLE_COLUMNS: Column<CopiedTableLine>[] = [
  { title: "TABLE", value: ({ name }) => name },
  { title: "ROWS", value: ({ rows }) => count(rows), right: true },
  { title: "SUM", value: ({ sum }) => sum.slice(0, 16) },
];

function columnsFor(lines: readonly MigrationLine[]): Column<MigrationLine>[] {
  const columns: Column<MigrationLine>[] = [
    { title: "STEP", value: ({ name }) => name },
    { title: "APPLIED", value: ({ appliedAt, isNewer }) => `${appliedAt ?? "missing"}${isNewer ? " (newer)" : ""}` },
  ];
  const hasSeveral = new Set(lines.map(({ database }) => database)).size > 1;
  return hasSeveral ? [{ title: "DATABASE", value: ({ database }) => database }, ...columns] : columns;
}

function summaryOf(lines: readonly MigrationLine[]): string {
  if (lines.some(({ isNewer }) => isNewer)) return "A newer version of the gateway has written it. Update this one.";
  const missing = lines.filter(({ appliedAt }) => appliedAt === null).length;
  return missing === 0
    ? "Nothing is missing."
    : `${missing} missing: \`gateway migrate up\`, or the next start, runs them.`;
}
