/** Lets the engine keep what it compiles of the program for the next start, which takes a third of the time off it. */
import { mkdirSync, statSync } from "node:fs";
import { enableCompileCache } from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";
import { CompiledParts } from "./compiled-parts.ts";

/**
 * In a folder of this user alone, never among the temporary files of all: whoever can write there decides what runs here.
 * @param root the folder of the program's files; null for a program that ends before it is worth it to write down what it called.
 * @returns what writes it down, to be called when all that a start calls has been called.
 */
export function keepCompiled(root: string | null): () => void {
  try {
    const caches = process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache");
    const folder = join(caches, "tokligence-gateway", "compiled");
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { uid, mode } = statSync(folder);
    const isOurs = process.platform === "win32" || (uid === process.getuid?.() && (mode & 0o022) === 0);
    if (isOurs) {
      enableCompileCache(folder);
      if (root !== null && !process.env["NODE_DISABLE_COMPILE_CACHE"]) {
        const parts = new CompiledParts(join(folder, "parts"), root);
        parts.install();
        return () => parts.write();
      }
    }
  } catch {
    // A home that cannot be written to, as in many containers.
  }
  return () => {};
}
