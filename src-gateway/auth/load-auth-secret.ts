import { randomBytes } from "node:crypto";
import { chmod, link, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "../lib/logger.ts";

/** The secret that keys the hashes of client keys: the operator's, or one that was made on the first start. */
export async function loadAuthSecret(options: { authSecret: string | null; dataDir: string; log: Logger }): Promise<string> {
  if (options.authSecret !== null) return options.authSecret;
  const path = join(options.dataDir, "auth_secret");
  await createOnce(path);
  const { mode } = await stat(path);
  if (process.platform !== "win32" && (mode & 0o077) !== 0) {
    await chmod(path, 0o600);
    options.log.warn({ path }, "the file could be read by others; it is its owner's alone again");
  }
  const secret = (await readFile(path, "utf8")).trim();
  if (secret.length < 32) throw new Error(`${path} does not hold a whole secret. Restore it; without it no client key can be recognised.`);
  return secret;
}

/** Written whole under another name first: a second process must never read half of it. */
async function createOnce(path: string): Promise<void> {
  const draft = `${path}.${process.pid}.new`;
  await writeFile(draft, `${randomBytes(32).toString("base64url")}\n`, { mode: 0o600 });
  try {
    await link(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    await rm(draft, { force: true });
  }
}
