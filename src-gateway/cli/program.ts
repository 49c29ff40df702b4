/**
 * `gateway`: the command line. A client of the admin API like every other front end; one file per command. Commands load
 * what they need when they run, so that help is instant.
 */
import { Command, CommanderError, Option } from "commander";
import { addAgentConnect } from "./agent-connect.ts";
import { addAgentDisconnect } from "./agent-disconnect.ts";
import { addAgents } from "./agents.ts";
import { addApiKeys } from "./api-keys.ts";
import { addAudit } from "./audit.ts";
import { addBackup } from "./backup.ts";
import { addBudgets } from "./budgets.ts";
import { CliError, EXIT, type ExitCode } from "./cli-error.ts";
import { addCompletion } from "./completion.ts";
import { addConfigDocument } from "./config-document.ts";
import { addConfigHistory } from "./config-history.ts";
import { addConfigShow } from "./config-show.ts";
import { addConfigValidate } from "./config-validate.ts";
import { addConsole } from "./console.ts";
import { contextOf } from "./context.ts";
import { addDoctor } from "./doctor.ts";
import { addFlags } from "./flags.ts";
import { harmless } from "./format.ts";
import { addHealth } from "./health.ts";
import { addHooks } from "./hooks.ts";
import { addInit } from "./init.ts";
import { addLedger } from "./ledger.ts";
import { addLogs } from "./logs.ts";
import { addMigrate } from "./migrate.ts";
import { addModels } from "./models.ts";
import { addPrices } from "./prices.ts";
import { OUTPUT_FORMS } from "./printer.ts";
import { addProjects } from "./projects.ts";
import { addProvider } from "./provider.ts";
import { addRouteExplain } from "./route-explain.ts";
import { addRunaway } from "./runaway.ts";
import { addSecret } from "./secret.ts";
import { addAnnouncements, addStatus } from "./status.ts";
import { addSupportBundle } from "./support-bundle.ts";
import { addTeams } from "./teams.ts";
import { addTransfer } from "./transfer.ts";
import { addUsage } from "./usage.ts";
import { addUsers } from "./users.ts";
import type { CliWorld } from "./world.ts";

export function buildProgram(world: CliWorld): Command {
  const program = new Command("gateway")
    .description("Look into and steer a Tokligence Gateway.")
    .version(__VERSION__, "-v, --version", "print the version")
    .option("--data-dir <dir>", "data folder of the gateway on this machine (~/.tokligence)")
    .option("--config <file>", "the gateway's configuration file")
    .option("--url <url>", "a gateway on another machine (TOKLIGENCE_URL)")
    .option("--key <key>", "an administrator's client key for --url; TOKLIGENCE_ADMIN_KEY keeps it out of your history")
    .addOption(new Option("-o, --output <form>", "how to print").choices(OUTPUT_FORMS).default("table"))
    .option("--no-color", "no colours")
    .showHelpAfterError("(gateway --help lists the commands)")
    .configureHelp({ showGlobalOptions: true });
  addInit(program, world);
  addDoctor(program, world);
  addStatus(program, world);
  addAnnouncements(program, world);
  const admin = program.command("admin").description("users and client keys");
  addUsers(admin, world);
  addApiKeys(admin, world);
  addTeams(admin, world);
  addProjects(admin, world);
  addAudit(admin, world);
  addUsage(program, world);
  addLedger(program, world);
  addLogs(program, world);
  addModels(program, world);
  addPrices(program, world);
  addHealth(program, world);
  addBudgets(program, world);
  addRunaway(program, world);
  addAgents(program, world);
  addAgentConnect(program, world);
  addAgentDisconnect(program, world);
  addHooks(program, world);
  addRouteExplain(program.command("route").description("where requests go"), world);
  const config = program.command("config").description("settings, providers, routes and aliases");
  addConfigShow(config, world);
  addConfigValidate(config, world);
  addConfigDocument(config, world);
  addConfigHistory(config, world);
  addProvider(program, world);
  addSecret(program, world);
  addFlags(program, world);
  addMigrate(program, world);
  addBackup(program, world);
  addTransfer(program, world);
  addSupportBundle(program, world);
  addConsole(program, world);
  addVersion(program, world);
  addCompletion(program, world);
  for (const command of allCommands(program)) {
    command.exitOverride().configureOutput({
      writeOut: (text) => void world.stdout.write(text),
      writeErr: (text) => void world.stderr.write(text),
    });
  }
  return program;
}

function addVersion(program: Command, world: CliWorld): void {
  program
    .command("version")
    .description("print the version")
    .action(async (_options, command: Command) => {
      const { printer } = contextOf(command, world);
      if (!(await printer.data({ version: __VERSION__ }))) printer.line(__VERSION__);
    });
}

/** Runs one command line; the answer is the process's exit code. */
export async function runCli(args: string[], world: CliWorld): Promise<ExitCode> {
  const program = buildProgram(world);
  if (args.length === 0) {
    program.outputHelp();
    return EXIT.ok;
  }
  try {
    await program.parseAsync(args, { from: "user" });
    return EXIT.ok;
  } catch (error) {
    // Commander has told the person already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    const message = error instanceof Error ? error.message : String(error);
    if (message !== "") world.stderr.write(`gateway: ${message.split("\n").map(harmless).join("\n")}\n`);
    return error instanceof CliError ? error.exitCode : EXIT.failed;
  }
}

const allCommands = (command: Command): Command[] => [command, ...command.commands.flatMap(allCommands)];
