import { randomBytes } from "node:crypto";
import { chmod, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "../lib/logger.ts";
import { createOnce } from "../lib/private-file.ts";

const MIN_LENGTH = 32;

/**
 * The secret that keys the hashes of client keys: the operator's, or one that is made on the first start.
 * @throws Error with a sentence for the operator when the file is there but cannot be used.
 */
export async function loadAuthSecret(options: {
  authSecret: string | null;
  dataDir: string;
  log: Logger;
}): Promise<string> {
  if (options.authSecret !== null) return options.authSecret;
  const path = join(options.dataDir, "auth_secret");
  const secret = (await read(path)) ?? (await makeSecret(path));
  if (secret.length < MIN_LENGTH) {
    throw new Error(
      `${path} does not hold a whole secret. Restore it from a backup: without it no client key can be recognised. ` +
        "Or remove it, and make new client keys.",
    );
  }
  await keepPrivate(path, options.log);
  return secret;
}

async function read(path: string): Promise<string | null> {
  try {
    return (await readFile(path, "utf8")).trim();
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw error;
  }
}

/** A secret that a power cut loses takes every client key with it. */
async function makeSecret(path: string): Promise<string> {
  await createOnce(path, `${randomBytes(32).toString("base64url")}\n`);
  return (await read(path)) ?? "";
}

async function keepPrivate(path: string, log: Logger): Promise<void> {
  if (process.platform === "win32") return;
  const { mode } = await stat(path);
  if ((mode & 0o077) === 0) return;
  try {
    await chmod(path, 0o600);
    log.warn({ path }, "other users of this computer could read this file; it is private again");
  } catch {
    log.warn({ path }, "other users of this computer can read this file, and its mode cannot be changed; make it 0600");
  }
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;
