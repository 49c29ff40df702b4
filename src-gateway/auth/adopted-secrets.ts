/** Secrets of gateways whose client keys were brought here: they still key the hashes of these. One a line, in the data folder. */
import { randomBytes } from "node:crypto";
import { open, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";

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

/** A power cut leaves the old file or the new one. */
export async function writeAdoptedSecrets(dataDir: string, secrets: readonly string[]): Promise<void> {
  const path = join(dataDir, FILE);
  if (secrets.length === 0) return rm(path, { force: true });
  const draft = `${path}.${randomBytes(6).toString("hex")}.new`;
  try {
    const file = await open(draft, "wx", 0o600);
    try {
      await file.writeFile(`${secrets.join("\n")}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
}
