/** `gateway config get|set|edit|check`: the configuration of a gateway, whether it runs or not. */
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { CliError, EXIT } from "./cli-error.ts";
import { contextOf } from "./context.ts";
import { parsePath } from "./path-steps.ts";
import { printChange } from "./print-change.ts";
import { readTextFile } from "./read-file.ts";
import type { CliWorld } from "./world.ts";

interface ChangeFlags {
  message?: string;
  check?: true;
}

export function addConfigDocument(config: Command, world: CliWorld): void {
  config
    .command("get")
    .description("the configuration that is in force, as text")
    .action(async (_flags, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      const found = await withGateway(({ client }) => client.call("getConfigDocument"));
      if (await printer.data(found)) return;
      world.stdout.write(found.text);
      if (found.problem !== null) printer.note(`Not in force: ${found.problem}`);
    });
  config
    .command("set")
    .description("change one value; without a value it is removed")
    .argument("<path>", "such as aliases.fast or providers[id=openai].enabled")
    .argument("[value]", "as YAML, such as false or [a, b]")
    .option("--message <text>", "why, for the history")
    .option("--check", "only say what would change, and what is wrong")
    .action(async (path: string, text: string | undefined, flags: ChangeFlags, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      const { parse } = await import("yaml");
      const steps = parsePath(path);
      const operation =
        text === undefined
          ? { op: "remove" as const, path: steps }
          : { op: "set" as const, path: steps, value: parse(text) as null };
      const body = { operations: [operation], ...noteOf(flags) };
      const query = flags.check ? { check: true } : {};
      await printChange(printer, await withGateway(({ client }) => client.call("editConfig", { query, body })));
    });
  config
    .command("check")
    .description("whether a file could be the configuration of the gateway; nothing is changed")
    .argument("<file>", "YAML or JSON")
    .action(async (file: string, _flags, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      const text = await readTextFile(world, file);
      const result = await withGateway(async ({ client }) => {
        const { revision } = await client.call("getConfigDocument");
        return client.call("putConfigDocument", {
          query: { check: true },
          body: { text, revision: revision?.id ?? 0 },
        });
      });
      await printChange(printer, result);
    });
  config
    .command("edit")
    .description("open the configuration in $VISUAL or $EDITOR, and put in force what comes back")
    .option("--message <text>", "why, for the history")
    .action(async (flags: ChangeFlags, command: Command) => {
      const { printer, withGateway } = contextOf(command, world);
      await withGateway(async ({ client }) => {
        const { text, revision } = await client.call("getConfigDocument");
        await inEditor(world, text, async (edited) => {
          if (edited === text) return printer.line("Nothing was changed.");
          const body = { text: edited, revision: revision?.id ?? 0, ...noteOf(flags) };
          return printChange(printer, await client.call("putConfigDocument", { body }));
        });
      });
    });
}

const noteOf = ({ message }: ChangeFlags): { message?: string } => (message === undefined ? {} : { message });

/** The draft stays where it was refused: nobody types it twice. */
async function inEditor(world: CliWorld, text: string, done: (edited: string) => Promise<void> | void): Promise<void> {
  const editor = world.env["VISUAL"] ?? world.env["EDITOR"];
  if (!editor) throw new CliError(EXIT.usage, "Set VISUAL or EDITOR to your editor, or use `gateway config set`.");
  const folder = await mkdtemp(join(tmpdir(), "gateway-config-"));
  const draft = join(folder, "gateway.yaml");
  await writeFile(draft, text, { mode: 0o600 });
  const code = await new Promise<number | null>((resolve, reject) => {
    // A shell, because the variable may hold arguments; the path is one of ours, and goes as an argument of its own.
    const child = spawn("/bin/sh", ["-c", `${editor} "$1"`, "sh", draft], { stdio: "inherit" });
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code !== 0)
    throw new CliError(EXIT.failed, `The editor ended with ${code}; nothing was changed. The draft: ${draft}`);
  try {
    await done(await readFile(draft, "utf8"));
  } catch (error) {
    world.stderr.write(`The draft is kept: ${draft}\n`);
    throw error;
  }
  await rm(folder, { recursive: true, force: true });
}
