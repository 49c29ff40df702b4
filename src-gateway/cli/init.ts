import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { type Command, Option } from "commander";
import { CliError } from "./cli-error.ts";
import { write } from "./output.ts";

interface Flags {
  root: string;
  env: string;
  email?: string;
  ledgerPath?: string;
  force?: boolean;
}

/** Flags of the earlier gateway's init that set up its marketplace account; taken, so that scripts go on, and unused. */
const OLD_FLAGS = ["--display-name <text>", "--base-url <url>", "--provider", "--publish-name <text>", "--model-family <text>", "--price <number>"];

export function addInit(program: Command): void {
  const init = program
    .command("init")
    .description("write the configuration files into a folder")
    .option("--root <dir>", "where config/ is made", ".")
    .addOption(new Option("--env <name>", "which overlay is in force").choices(["dev", "test", "live"]).default("dev"))
    .option("--email <address>", "the root administrator")
    .option("--ledger-path <path>", "the database: a file, or a postgres:// address")
    .option("--force", "write over files that are there");
  for (const flag of OLD_FLAGS) init.addOption(new Option(flag).hideHelp());
  init.action((flags: Flags) => {
    const root = resolve(flags.root);
    const files = filesOf(flags).map(([name, text]): [string, string] => [join(root, name), text]);
    const there = files.map(([path]) => path).filter((path) => existsSync(path));
    if (there.length > 0 && !flags.force) {
      throw new CliError(1, `These files are there already and were left alone:\n  ${there.join("\n  ")}\nUse --force to write over them.`);
    }
    for (const [path, text] of files) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
      write(`wrote ${path}`);
    }
    write("\nNext: put a provider into config/gateway.yaml, run `gateway config validate`, then `gatewayd`.");
  });
}

function filesOf({ env, email, ledgerPath }: Flags): [string, string][] {
  const setting = [
    "# Later layers win: this file, config/<environment>/gateway.ini, TOKLIGENCE_* variables, flags.",
    `environment = ${env}`,
    email ? `admin_email = ${email}` : "# admin_email = admin@local",
    ledgerPath ? `ledger_path = ${ledgerPath}` : "# ledger_path = ~/.tokligence/ledger.db",
    "# facade_port = 8081",
    "",
  ];
  const overlay = (name: string): [string, string] => [`config/${name}/gateway.ini`, `# Settings that differ in the ${name} environment.\n`];
  const yaml = `# Providers, routes and aliases; changes are taken while the gateway runs.
# A credential says where the key is: env:NAME, file:PATH or keychain:NAME.
providers: []
#  - id: anthropic
#    kind: anthropic
#    credential: env:ANTHROPIC_API_KEY
#  - id: local
#    kind: openai-compatible
#    base_url: http://127.0.0.1:8000/v1

routes: []
#  - match: claude-*
#    targets: [anthropic]

aliases: {}
#  fast: claude-haiku-4-5
`;
  return [["config/setting.ini", setting.join("\n")], overlay("dev"), overlay("test"), overlay("live"), ["config/gateway.yaml", yaml]];
}
