import { randomBytes } from "node:crypto";
import { chmod, constants, copyFile, link, mkdir, open, readFile, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Logger } from "../lib/logger.ts";

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
  const secret = (await read(path)) ?? (await createOnce(path));
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

/** Written whole under another name first: a second process must never read half of it, nor make a second secret. */
async function createOnce(path: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomBytes(6).toString("hex")}.new`;
  try {
    const file = await open(draft, "wx", 0o600);
    try {
      await file.writeFile(`${randomBytes(32).toString("base64url")}\n`);
      // A secret that a power cut loses takes every client key with it.
      await file.sync();
    } finally {
      await file.close();
    }
    await placeOnce(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
  return (await read(path)) ?? "";
}

/** Whoever comes second keeps what the first one placed. */
async function placeOnce(draft: string, path: string): Promise<void> {
  try {
    await link(draft, path);
  } catch (error) {
    if (codeOf(error) === "EEXIST") return;
    // Some file systems know no links.
    await copyFile(draft, path, constants.COPYFILE_EXCL).catch((copyError: unknown) => {
      if (codeOf(copyError) !== "EEXIST") throw copyError;
    });
  }
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
