import { closeSync, openSync, readFileSync, rmSync, statSync, writeSync } from "node:fs";

/** What is done under the lock takes far less; a lock that is older belongs to a process that died with it. */
const STALE_MS = 10_000;
const LOOK_MS = 25;

/** Waits until a file could be created that was not there; the answer removes it. Between processes of one machine. */
export async function holdLock(path: string): Promise<() => void> {
  while (!tryCreate(path)) {
    if (isStale(path)) rmSync(path, { force: true });
    else await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  return () => rmSync(path, { force: true });
}

function tryCreate(path: string): boolean {
  try {
    const file = openSync(path, "wx", 0o600);
    writeSync(file, String(process.pid));
    closeSync(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return false;
  }
}

function isStale(path: string): boolean {
  try {
    if (Date.now() - statSync(path).mtimeMs > STALE_MS) return true;
    const pid = Number(readFileSync(path, "utf8"));
    // Created, and its number not yet written.
    if (!(pid > 0) || pid === process.pid) return false;
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}
