/** Programs under test: started, waited for, weighed by the operating system, and ended. Linux only. */
import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

export interface Program {
  pid: number;
  /** The first match of the pattern that it was waited for with. */
  said: RegExpExecArray;
  stop(): Promise<void>;
}

/** Under valgrind, beside other tests, a start takes long. */
const START_LIMIT_MS = 120_000;
const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});
// Without this, whoever ends the bench with a signal would leave them behind.
for (const signal of ["SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(143));

/** @throws Error with everything that it said when it ends, or says nothing of the kind in time. */
export function startProgram(
  command: string,
  args: string[],
  options: { ready: RegExp; env?: Record<string, string>; cwd?: string },
): Promise<Program> {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { PATH: process.env["PATH"], HOME: options.cwd, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  let output = "";
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => {
      child.kill("SIGKILL");
      reject(new Error(`${command} ${args.join(" ")} ${why}:\n${output.slice(-4_000)}`));
    };
    const timer = setTimeout(() => fail("did not get ready"), START_LIMIT_MS);
    const hear = (chunk: Buffer): void => {
      // It is read on, so that the program never waits for us; what it says later is of no interest.
      if (output.length < 100_000) output += chunk.toString();
      const said = options.ready.exec(output);
      if (said === null) return;
      clearTimeout(timer);
      resolve({ pid: child.pid ?? 0, said, stop: () => end(child) });
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.once("error", (error) => fail(error.message));
    child.once("exit", (code) => {
      running.delete(child);
      clearTimeout(timer);
      fail(`ended with ${code}`);
    });
  });
}

function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill("SIGKILL"), 10_000);
    child.once("exit", () => {
      clearTimeout(timer);
      resolve();
    });
    child.kill("SIGTERM");
  });
}

/** The process and all that it has started. */
export function family(pid: number): number[] {
  const pids = [pid];
  for (const each of pids) {
    for (const task of list(`/proc/${each}/task`)) {
      const children = read(`/proc/${each}/task/${task}/children`).trim();
      if (children !== "") pids.push(...children.split(" ").map(Number));
    }
  }
  return pids;
}

/** CPU time of the process and its children so far, of user and system, in nanoseconds. */
export function cpuNs(pid: number): number {
  let sum = 0;
  for (const each of family(pid)) {
    for (const task of list(`/proc/${each}/task`)) {
      sum += Number(read(`/proc/${each}/task/${task}/schedstat`).split(" ", 1)[0] ?? 0);
    }
  }
  return sum;
}

/** The same of the thread alone that runs the program: what the engine compiles and collects beside it differs by chance. */
export const mainThreadNs = (pid: number): number =>
  Number(read(`/proc/${pid}/task/${pid}/schedstat`).split(" ", 1)[0] ?? 0);

/** Memory in MiB: what is resident, and of that what belongs to the process alone. */
export function memoryOf(pid: number): { residentMiB: number; ownMiB: number } {
  let resident = 0;
  let own = 0;
  for (const each of family(pid)) {
    const rollup = read(`/proc/${each}/smaps_rollup`);
    const kib = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(rollup)?.[1] ?? 0);
    resident += kib("Rss");
    own += kib("Private_Dirty");
  }
  return { residentMiB: resident / 1024, ownMiB: own / 1024 };
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
