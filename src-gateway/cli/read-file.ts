import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { CliError, EXIT } from "./cli-error.ts";
import type { CliWorld } from "./world.ts";

/** @throws CliError when it cannot be read. */
export async function readTextFile({ cwd }: Pick<CliWorld, "cwd">, file: string): Promise<string> {
  try {
    return await readFile(resolve(cwd, file), "utf8");
  } catch (error) {
    throw new CliError(
      EXIT.usage,
      `${file} cannot be read: ${(error as NodeJS.ErrnoException).code ?? String(error)}.`,
    );
  }
}
