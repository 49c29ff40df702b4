/** `gateway export` and `gateway import`: a gateway moves to another computer, in one file. */
import { existsSync } from "node:fs";
import { rename, rm, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Command } from "commander";
import type { TransferItemView, TransferReportView } from "../admin-api/contract/transfer-endpoints.ts";
import { requireStopped } from "./backup.ts";
import { CliError, EXIT } from "./cli-error.ts";
import { type Context, contextOf } from "./context.ts";
import { showProgress } from "./progress-lines.ts";
import { PASSPHRASE_FILE, readPassphrase } from "./read-passphrase.ts";
import type { StorageTools } from "./storage-tools.ts";
import type { Column } from "./table.ts";
import type { CliWorld } from "./world.ts";

interface ExportFlags {
  sealed?: true;
  ledger?: true;
  bodies?: true;
  passphraseFile?: string;
}

interface ImportFlags {
  dryRun?: true;
  ledger?: true;
  force?: true;
  passphraseFile?: string;
}

export function addTransfer(program: Command, world: CliWorld): void {
  program
    .command("export")
    .description("write configuration, settings, users and, sealed with a passphrase, all keys into one file")
    .argument("<file>", "a file that is not there yet")
    .option(
      "--sealed",
      "with providers' keys and the hashes of client keys, sealed with a passphrase that is asked for",
    )
    .option("--ledger", "with the databases, too; needs --sealed")
    .option("--bodies", "with the kept bodies of requests; needs --ledger")
    .option(...PASSPHRASE_FILE)
    .action((file: string, flags: ExportFlags, command: Command) => exportTo(contextOf(command, world), file, flags));
  program
    .command("import")
    .description("take in such a file: all of it, or nothing")
    .argument("<file>", "what `gateway export` has written")
    .option("--dry-run", "only say what would change")
    .option("--ledger", "with its databases, in the place of those here; while no gateway runs")
    .option("--force", "with --ledger: also where there is a database; an SQLite file is kept under another name")
    .option(...PASSPHRASE_FILE)
    .action((file: string, flags: ImportFlags, command: Command) => importFrom(contextOf(command, world), file, flags));
}

async function exportTo(context: Context, file: string, flags: ExportFlags): Promise<void> {
  const { world, printer, withGateway, readSettings } = context;
  if (flags.ledger && !flags.sealed) throw new CliError(EXIT.usage, "--ledger needs --sealed.");
  if (flags.bodies && !flags.ledger) throw new CliError(EXIT.usage, "--bodies needs --ledger.");
  const path = resolve(world.cwd, file);
  if (existsSync(path)) throw new CliError(EXIT.failed, `${path} is there already. Name another file.`);
  const passphrase = flags.sealed ? await readPassphrase(world, { file: flags.passphraseFile, isNew: true }) : null;
  const body = passphrase === null ? {} : { passphrase };
  const { content } = await withGateway(({ client }) => client.call("exportGateway", { body }));
  const bytes = Buffer.from(content, "base64");
  if (flags.ledger && passphrase !== null) {
    const lines = showProgress(world, () => performance.now());
    const question = {
      file: path,
      content: bytes,
      passphrase,
      withBodies: flags.bodies === true,
      onProgress: lines.show,
    };
    await (await world.openStorage()).sealLedger(await readSettings(), question).finally(lines.end);
  } else await writeWhole(path, bytes);
  if (await printer.data({ file: path, sealed: passphrase !== null, ledger: flags.ledger === true })) return;
  printer.line(`Written to ${path}.`);
  printer.note(
    passphrase === null
      ? "It holds no keys. --sealed writes them, too."
      : "Whoever has this file and the passphrase has all keys. Without the passphrase nobody can open it.",
  );
}

async function writeWhole(path: string, bytes: Buffer): Promise<void> {
  const draft = `${path}.part`;
  try {
    await writeFile(draft, bytes, { mode: 0o600, flush: true });
    await rename(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
}

async function importFrom(context: Context, file: string, flags: ImportFlags): Promise<void> {
  const { world, printer, readSettings } = context;
  const path = resolve(world.cwd, file);
  const tools = await world.openStorage();
  const isSealed = await tools.isSealedExport(path);
  const passphrase = isSealed ? await readPassphrase(world, { file: flags.passphraseFile, isNew: false }) : null;
  const opened = await tools.openExport(path, passphrase);
  if (flags.ledger && opened.ledgerBytes === 0) throw new CliError(EXIT.failed, "There is no ledger in this file.");
  const question = { content: opened.content.toString("base64"), ...(passphrase === null ? {} : { passphrase }) };
  if (!flags.ledger) {
    const report = await take(context, question, flags.dryRun !== true);
    return show(context, report, flags.dryRun === true);
  }
  const settings = await readSettings();
  await requireStopped(settings.dataDir);
  // Looking already makes an empty database, which is in nobody's way.
  const wasThere = existsSync(settings.ledgerUrl);
  const looked = await take(context, question, false);
  if (flags.dryRun || looked.problems.length > 0) return show(context, looked, true);
  const lines = showProgress(world, () => performance.now());
  const force = flags.force === true || !wasThere;
  const place = { file: path, passphrase: passphrase ?? "", force, onProgress: lines.show };
  const taken = await tools.takeLedger(settings, place).finally(lines.end);
  const report = await finish(context, question, taken);
  await show(context, report, false);
  for (const aside of taken.setAside)
    if (wasThere) printer.note(`What was there before is ${aside} now.`);
    else await rm(aside, { force: true });
}

/** The databases are in their place already: they go back when the rest cannot be taken in. */
async function finish(
  context: Context,
  question: Parameters<typeof take>[1],
  taken: Awaited<ReturnType<StorageTools["takeLedger"]>>,
): Promise<TransferReportView> {
  try {
    const report = await take(context, question, true);
    if (report.problems.length === 0) return report;
    throw new CliError(EXIT.failed, report.problems.join("\n"));
  } catch (error) {
    await taken.undo();
    throw error;
  }
}

const take = (
  { withGateway }: Context,
  question: { content: string; passphrase?: string },
  apply: boolean,
): Promise<TransferReportView> =>
  withGateway(({ client }) => client.call("importGateway", { body: { ...question, apply } }));

async function show({ printer }: Context, report: TransferReportView, isDry: boolean): Promise<void> {
  if (!(await printer.data(report))) {
    const changes = report.items.filter(({ change, part }) => change !== "same" && part !== "note");
    await printer.list(changes, COLUMNS, "Nothing differs from what is here.");
    for (const { part, name } of report.items) if (part === "note") printer.note(name);
    for (const problem of report.problems) printer.note(problem);
    if (isDry) printer.note("Nothing was changed.");
  }
  if (report.problems.length > 0) throw new CliError(EXIT.failed, "The file cannot be taken in. Nothing was changed.");
}

const COLUMNS: Column<TransferItemView>[] = [
  { title: "WHAT", value: ({ part }) => part },
  { title: "NAME", value: ({ name }) => name, min: 12 },
  { title: "CHANGE", value: ({ change }) => change },
  { title: "WHY", value: ({ note }) => note ?? "", leaveOut: 1 },
];
