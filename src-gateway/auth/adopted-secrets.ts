/** Secrets of gateways whose client keys were brought here: they still key the hashes of these. One a line, in the data folder. */
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { replaceWhole } from "../lib/private-file.ts";

const FILE = "adopted_auth_secrets";

export async function readAdoptedSecrets(dataDir: string): Promise<string[]> {
  try {
    const text = await readFile(join(dataDir, FILE), "utf8");
    return text.split("\n").filter((line) => line !== "");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

export async function writeAdoptedSecrets(dataDir: string, secrets: readonly string[]): Promise<void> {
  const path = join(dataDir, FILE);
  if (secrets.length === 0) return rm(path, { force: true });
  await replaceWhole(path, `${secrets.join("\n")}\n`);
}
