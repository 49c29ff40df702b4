/**
 * Files that only their owner may read, where nobody says otherwise. They are written whole under another name first, so that nobody ever reads a part of
 * one, and a power cut leaves the old file or the new one. What they hold has reached the disk when these return.
 */
import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { copyFile, link, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

export const PRIVATE_MODE = 0o600;

/** Makes the file where there is none. Of several processes one makes it, and the others leave it as it is. */
export const createOnce = (path: string, text: string): Promise<void> => write(path, text, placeOnce);

/** @param mode which it has then, whatever the process leaves out of new files. */
export const replaceWhole = (path: string, text: string, mode?: number): Promise<void> =>
  write(path, text, rename, mode);

async function write(
  path: string,
  text: string,
  place: (draft: string, path: string) => Promise<void>,
  mode?: number,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomBytes(6).toString("hex")}.new`;
  try {
    const file = await open(draft, "wx", mode ?? PRIVATE_MODE);
    try {
      await file.writeFile(text);
      if (mode !== undefined) await file.chmod(mode);
      await file.sync();
    } finally {
      await file.close();
    }
    await place(draft, path);
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
