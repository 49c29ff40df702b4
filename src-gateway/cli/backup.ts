import { connect } from "node:net";
import type { Command } from "commander";
import { CliError, EXIT } from "./cli-error.ts";
import { contextOf } from "./context.ts";
import { count } from "./format.ts";
import type { Printer } from "./printer.ts";
import { showProgress } from "./progress-lines.ts";
import type { BackupView } from "./storage-tools.ts";
import type { CliWorld } from "./world.ts";

export function addBackup(program: Command, world: CliWorld): void {
  program
    .command("backup")
    .description("write the databases into one compressed file, also while a gateway runs")
    .argument("<file>", "a file that is not there yet")
    .option("--bodies", "with the kept bodies of requests")
    .action(async (file: string, flags: { bodies?: true }, command: Command) => {
      const { printer, readSettings } = contextOf(command, world);
      const lines = showProgress(world, () => performance.now());
      const settings = await readSettings();
      const tools = await world.openStorage();
      const question = { file, withBodies: flags.bodies === true, onProgress: lines.show };
      const view = await tools.backup(settings, question).finally(lines.end);
      await show(printer, view);
      if (settings.authSecret === null)
        printer.note(
          `Keep ${settings.dataDir}/auth_secret too, and apart from it: without it no client key is recognised.`,
        );
    });
  program
    .command("restore")
    .description("put a backup in the place of the databases that the settings name")
    .argument("<file>", "a backup")
    .option("--force", "also where there is a database; an SQLite file is kept under another name")
    .option("--check", "only read the backup, and compare its sums")
    .action(async (file: string, flags: { force?: true; check?: true }, command: Command) => {
      const { printer, readSettings } = contextOf(command, world);
      const tools = await world.openStorage();
      if (flags.check) return show(printer, await tools.checkBackup(file));
      const settings = await readSettings();
      await requireStopped(settings.dataDir);
      const lines = showProgress(world, () => performance.now());
      const question = { file, force: flags.force === true, onProgress: lines.show };
      const view = await tools.restore(settings, question).finally(lines.end);
      await show(printer, view);
      for (const path of view.setAside) printer.note(`What was there before is ${path} now.`);
    });
}

/** @throws CliError while a gateway runs on the data folder. */
export async function requireStopped(dataDir: string): Promise<void> {
  const { controlSocketPath } = await import("../admin-api/control-socket.ts");
  if (await isHeld(controlSocketPath(dataDir)))
    throw new CliError(EXIT.failed, `A gateway runs on ${dataDir}. Stop it first.`);
}

async function show(printer: Printer, view: BackupView): Promise<void> {
  if (await printer.data(view)) return;
  printer.line(`Backup of ${view.createdAt} by version ${view.gateway}`);
  for (const { name, dialect, bytes } of view.parts) printer.line(`${name}  ${dialect}  ${count(bytes)} bytes`);
}

/** Somebody listens, be it one whom we may not talk to. */
function isHeld(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", ({ code }: NodeJS.ErrnoException) => resolve(code === "EACCES" || code === "EPERM"));
  });
}
