/** Another process that holds the write lock of an SQLite file. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const holder = fileURLToPath(new URL("../gateway/store/hold-write-lock.ts", import.meta.url));

/** @returns what lets go of it. */
export async function holdWriteLock(file: string): Promise<() => Promise<void>> {
  const child = spawn(process.execPath, [holder, file], { stdio: ["pipe", "pipe", "inherit"] });
  await once(child.stdout, "data");
  return async () => {
    const over = once(child, "exit");
    child.stdin.end();
    await over;
  };
}
