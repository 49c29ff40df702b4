/** A passphrase from a file, a pipe or the keyboard. Never from an argument or a variable: those are seen by other programs. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { CliError, EXIT } from "./cli-error.ts";
import { readSecretInput } from "./read-secret-input.ts";
import type { CliWorld } from "./world.ts";

export const PASSPHRASE_FILE = ["--passphrase-file <file>", "the passphrase is the first line of this file"] as const;

/** @param isNew it is typed twice, because nobody would notice a slip. @throws CliError */
export async function readPassphrase(
  world: CliWorld,
  { file, isNew }: { file: string | undefined; isNew: boolean },
): Promise<string> {
  if (file !== undefined) return firstLine(resolve(world.cwd, file));
  const hint = "No passphrase came. Type it, pipe it in, or name a file with --passphrase-file.";
  const passphrase = await readSecretInput(world, { prompt: "Passphrase: ", hint });
  if (!isNew || !process.stdin.isTTY) return passphrase;
  if ((await readSecretInput(world, { prompt: "Once more: ", hint })) === passphrase) return passphrase;
  throw new CliError(EXIT.usage, "The two are not the same. Nothing was written.");
}

async function firstLine(path: string): Promise<string> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new CliError(EXIT.usage, `${path} cannot be read (${error.code ?? error.message}).`);
  });
  const line = (text.split(/\r?\n/, 1)[0] ?? "").trim();
  if (line === "") throw new CliError(EXIT.usage, `The first line of ${path} is empty.`);
  return line;
}
