/**
 * `gateway`: the command line. A client of the admin API like every other front end; one file per command. Commands load
 * what they need when they run, so that help is instant.
 */
import { Command, CommanderError, Option } from "commander";
import { addAdminCommands } from "./admin.ts";
import { addCompletion } from "./completion.ts";
import { addConfigCommands } from "./config.ts";
import { addConsole } from "./console.ts";
import { fail } from "./context.ts";
import { addDoctor } from "./doctor.ts";
import { addInit } from "./init.ts";
import { addLogs } from "./logs.ts";
import { addModels } from "./models.ts";
import { addUsage } from "./usage.ts";

export function buildProgram(): Command {
  const program = new Command("gateway")
    .description("Look into and steer a Tokligence Gateway.")
    .version(__VERSION__, "-v, --version", "print the version")
    .option("--data-dir <dir>", "data folder of the gateway on this machine (~/.tokligence)")
    .option("--config <file>", "the gateway's configuration file")
    .option("--url <url>", "a gateway on another machine (or TOKLIGENCE_URL)")
    .option("--key <key>", "an administrator's client key for --url; the variable TOKLIGENCE_ADMIN_KEY is safer")
    .addOption(new Option("-o, --output <form>", "how to print").choices(["table", "json", "yaml"]).default("table"))
    .option("--no-color", "no colours")
    .showHelpAfterError("(gateway --help lists the commands)")
    .configureHelp({ showGlobalOptions: true })
    .exitOverride();
  addInit(program);
  addDoctor(program);
  addAdminCommands(program);
  addUsage(program);
  addLogs(program);
  addModels(program);
  addConfigCommands(program);
  addConsole(program);
  program.command("version").description("print the version").action(() => void process.stdout.write(`${__VERSION__}\n`));
  addCompletion(program);
  return program;
}

export async function runCli(args: string[]): Promise<void> {
  const program = buildProgram();
  for (const command of allCommands(program)) command.exitOverride();
  if (args.length === 0) {
    program.outputHelp();
    return;
  }
  try {
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    // Commander has told the person already.
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
    else fail(error);
  }
}

function allCommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(allCommands)];
}
