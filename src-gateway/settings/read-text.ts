/** Configuration files as text. Whatever cannot be one is a SettingsError that names the file. */
import { readFileSync, statSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { SettingsError } from "./types.ts";

/** Far above every real file; a device or a log that was named by mistake must not fill the memory. */
const MAX_BYTES = 8 * 1024 * 1024;

/** What a problem says of a file that is not there; the watcher waits for such a file to come back. */
export const NO_SUCH_FILE = "there is no such file";

interface FileFacts {
  isFile(): boolean;
  size: number;
}

/** For the start, when nothing else can be done before. @throws SettingsError */
export function readTextNow(path: string): string {
  try {
    checkFacts(path, statSync(path));
    return decode(path, readFileSync(path));
  } catch (error) {
    throw asProblem(path, error);
  }
}

/** For a gateway that runs: a slow disk must not hold up open streams. @throws SettingsError */
export async function readText(path: string): Promise<string> {
  try {
    checkFacts(path, await stat(path));
    return decode(path, await readFile(path));
  } catch (error) {
    throw asProblem(path, error);
  }
}

function checkFacts(path: string, facts: FileFacts): void {
  if (!facts.isFile()) throw refused(path, "is no file");
  if (facts.size > MAX_BYTES) throw refused(path, "is too large for a configuration", `at most ${MAX_BYTES} bytes`);
}

function decode(path: string, bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw refused(path, "is not UTF-8 text", "save it again with this encoding");
  }
}

function asProblem(path: string, error: unknown): SettingsError {
  if (error instanceof SettingsError) return error;
  const { code } = error as NodeJS.ErrnoException;
  return refused(
    path,
    code === "ENOENT" || code === "ENOTDIR" ? NO_SUCH_FILE : `cannot be read (${code ?? "unknown"})`,
  );
}

const refused = (path: string, problem: string, hint = ""): SettingsError =>
  new SettingsError([{ where: path, key: "file", problem, hint }]);
