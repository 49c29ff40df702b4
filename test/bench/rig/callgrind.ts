/**
 * Instructions of a program's main thread, as valgrind counts them: nearly the same on every machine and beside any other work,
 * where times differ by a tenth. The operating system's are not among them.
 */
import { execFile, execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const exec = promisify(execFile);

export function hasCallgrind(): boolean {
  try {
    execFileSync("valgrind", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** What a program is started with, so that `countInstructions` can count it. @param folder takes what valgrind writes. */
export const underCallgrind = (folder: string): string[] => [
  "valgrind",
  "--tool=callgrind",
  "--separate-threads=yes",
  "--instr-atstart=no",
  `--callgrind-out-file=${join(folder, "callgrind.%p")}`,
];

/**
 * A program takes some 25 times as long while it is counted. Its clocks and timers go slower by as much, so that what it does
 * together because it comes together, and how often it does what it does each second, stays as it is.
 */
export const SLOW_CLOCK = ["--import", join(import.meta.dirname, "slow-clock.ts")];

/** @returns the instructions of the main thread while the work was done. */
export async function countInstructions(pid: number, folder: string, work: () => Promise<void>): Promise<number> {
  const control = (...args: string[]): Promise<unknown> => exec("callgrind_control", [...args, String(pid)]);
  await control("--instr=on");
  await work();
  await control("--instr=off");
  await control("--dump");
  const ofMainThread = new RegExp(`^callgrind\\.${pid}\\.(\\d+)-01$`);
  const dumps = readdirSync(folder).flatMap((name) => Number(ofMainThread.exec(name)?.[1] ?? []));
  const text = readFileSync(join(folder, `callgrind.${pid}.${Math.max(...dumps)}-01`), "utf8");
  return Number(/^totals: (\d+)$/m.exec(text)?.[1]);
}
