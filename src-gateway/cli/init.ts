import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { CliError, EXIT } from "./cli-error.ts";
import { contextOf } from "./context.ts";
import { type InitChoices, initFiles } from "./init-files.ts";
import type { CliWorld } from "./world.ts";

interface Flags extends InitChoices {
  root: string;
  force?: boolean;
  [oldFlag: string]: unknown;
}

/** Of the earlier gateway's init, for its marketplace account: taken, so that scripts go on, and without effect. */
const OLD_FLAGS: [flag: string, name: string][] = [
  ["--display-name <text>", "displayName"],
  ["--base-url <url>", "baseUrl"],
  ["--provider", "provider"],
  ["--publish-name <text>", "publishName"],
  ["--model-family <text>", "modelFamily"],
  ["--price <number>", "price"],
  ["--http-address <address>", "httpAddress"],
];

export function addInit(program: Command, world: CliWorld): void {
  const init = program
    .command("init")
    .description("write the configuration files into a folder")
    .option("--root <dir>", "where config/ is made", ".")
    .addOption(new Option("--env <name>", "which overlay is in force").choices(["dev", "test", "live"]).default("dev"))
    .option("--email <address>", "e-mail address of the root administrator", oneLine)
    .option("--ledger-path <path>", "the database: a file, or a postgres:// address", oneLine)
    .option("--force", "write over files that are there");
  for (const [flag] of OLD_FLAGS) init.addOption(new Option(flag).hideHelp());
  init.action(async (flags: Flags, command: Command) => {
    const { printer } = contextOf(command, world);
    const written = writeFiles(resolve(world.cwd, flags.root), flags);
    for (const [flag, name] of OLD_FLAGS) {
      if (flags[name] !== undefined) printer.note(`${flag.split(" ")[0]} has no effect in this version.`);
    }
    if (await printer.data({ written })) return;
    for (const path of written) printer.line(`wrote ${path}`);
    const where = flags.root === "." ? "" : `cd ${flags.root} && `;
    printer.line(
      `\nNext:\n  1. Name a provider in config/gateway.yaml, or set OPENAI_API_KEY, ANTHROPIC_API_KEY …` +
        `\n  2. ${where}gateway config validate\n  3. ${where}gatewayd`,
    );
  });
}

/** A line break would begin a setting of its own. */
function oneLine(text: string): string {
  if (text.trim() === "" || /[\r\n;#]/.test(text))
    throw new InvalidArgumentError("Write it without line breaks, ; and #.");
  return text.trim();
}

/** All of them or none. @throws CliError */
function writeFiles(root: string, flags: Flags): string[] {
  const files = initFiles(flags).map(([name, text]): [string, string] => [join(root, name), text]);
  const there = files.map(([path]) => path).filter((path) => existsSync(path));
  if (there.length > 0 && !flags.force) {
    throw new CliError(
      EXIT.failed,
      `nothing was written, because these files are there:\n  ${there.join("\n  ")}\nUse --force to write over them.`,
    );
  }
  for (const [path, text] of files) {
    mkdirSync(dirname(path), { recursive: true });
    // A database address may hold a password.
    writeFileSync(path, text, { mode: 0o600 });
  }
  return files.map(([path]) => path);
}
