import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { copyFile, link, mkdir, open, rm } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Makes a file that only its owner may read, where there is none. Of several processes one makes it, and nobody ever reads a
 * part of it: it is written whole under another name first. It has reached the disk when this returns.
 */
export async function createOnce(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomBytes(6).toString("hex")}.new`;
  try {
    const file = await open(draft, "wx", 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await placeOnce(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
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

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;
