import { realpath, stat } from "node:fs/promises";
import { GatewayError } from "../ir/errors.ts";
import { PRIVATE_MODE, replaceWhole } from "../lib/private-file.ts";

/** Replaces a file whole; whoever reads it finds the old text or the new one. @throws GatewayError conflict */
export async function writeFileWhole(path: string, text: string): Promise<void> {
  try {
    // A link stays a link: what it points at is replaced, and goes on to have its mode.
    const target = await realpath(path).catch(() => path);
    const mode = await stat(target).then(
      (facts) => facts.mode & 0o777,
      () => PRIVATE_MODE,
    );
    await replaceWhole(target, text, mode);
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
