import { randomUUID } from "node:crypto";
import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createOnce } from "../lib/private-file.ts";

const FILE = "install_id";

/** A random name of this installation, made when it is first needed. It says nothing about who or where. */
export async function readInstallId(dataDir: string): Promise<string> {
  const path = join(dataDir, FILE);
  const found = await read(path);
  if (found !== null) return found;
  const made = randomUUID();
  // Another gateway on the same folder may be first.
  await createOnce(path, `${made}\n`);
  const placed = await read(path);
  if (placed !== null) return placed;
  // What lies there is none.
  await writeFile(path, `${made}\n`, { mode: 0o600 });
  await chmod(path, 0o600);
  return made;
}

async function read(path: string): Promise<string | null> {
  try {
    const text = (await readFile(path, "utf8")).trim();
    return /^[\w-]{8,64}$/.test(text) ? text : null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
