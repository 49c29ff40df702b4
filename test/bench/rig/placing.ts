/**
 * Where programs run while they are compared: what is measured has one processor for itself, load and provider have the
 * others. Otherwise they push each other out of caches, and about, which costs a program the more the larger it is.
 *
 * `BENCH_PLACING=free` leaves it to the kernel. None of them runs before other work (`SCHED_RR`): the threads of one program would
 * wait a tenth of a second for each other, and what waits for the disk would never be done.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { family } from "./processes.ts";

const wanted = process.env["BENCH_PLACING"] ?? "apart";
const processors = allowedProcessors();
const canPlace =
  wanted !== "free" && processors.length > 1 && succeeds("taskset", ["-c", String(processors[0]), "true"]);

const MEASURED = String(processors.at(-1));
const BESIDE = processors.slice(0, -1).join(",");

export const placing = !canPlace
  ? "as the kernel chooses"
  : `what is measured on one processor, load and provider on ${processors.length === 2 ? "the other" : "the others"}`;

/** A command that runs where load and provider do. */
export const besideCommand = (command: string, args: readonly string[]): [string, string[]] =>
  canPlace ? ["taskset", ["-c", BESIDE, command, ...args]] : [command, [...args]];

/** Of a program that is running, with its threads and what it has started. */
export function place(pid: number, role: "measured" | "beside"): void {
  if (!canPlace) return;
  for (const each of family(pid))
    spawnSync("taskset", ["-a", "-p", "-c", role === "measured" ? MEASURED : BESIDE, String(each)]);
}

function allowedProcessors(): number[] {
  const list = /^Cpus_allowed_list:\s+(\S+)/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? "";
  return list.split(",").flatMap((range) => {
    const [from = 0, to = from] = range.split("-").map(Number);
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  });
}

function succeeds(command: string, args: string[]): boolean {
  return spawnSync(command, args).status === 0;
}
