import { randomBytes } from "node:crypto";
import { chmod, mkdir, open, realpath, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { GatewayError } from "../ir/errors.ts";

const NEW_FILE_MODE = 0o600;

/** Replaces a file whole; whoever reads it finds the old text or the new one. @throws GatewayError conflict */
export async function writeFileWhole(path: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    // A link stays a link: what it points at is replaced.
    const target = await realpath(path).catch(() => path);
    const mode = await stat(target).then(
      (facts) => facts.mode & 0o777,
      () => NEW_FILE_MODE,
    );
    const draft = `${target}.${randomBytes(6).toString("hex")}.new`;
    try {
      const file = await open(draft, "wx", mode);
      try {
        await file.writeFile(text);
        await file.sync();
      } finally {
        await file.close();
      }
      // What the process leaves out of new files may be what this one had.
      await chmod(draft, mode);
      await rename(draft, target);
    } finally {
      await rm(draft, { force: true });
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOSPC") throw error;
    throw new GatewayError(
      "conflict",
      `${path} cannot be written (${code ?? "unknown"}), so nothing was changed. Give the gateway the right to write it and its folder, or set config_source = database.`,
      { cause: error },
    );
  }
}
