/** A hook's script: a process group of its own, the event on its standard input, and no more of the environment than is allowed. */
import { type ChildProcess, spawn } from "node:child_process";
import type { ScriptTarget } from "../settings/hook-types.ts";
import { outputKeeper } from "./output-keeper.ts";
import type { Outcome } from "./types.ts";

/** What programs need to be found and to speak at all. */
const ALWAYS = ["PATH", "HOME", "LANG", "TZ", "SystemRoot"];
/** Between the word to stop and the end. */
const GRACE_MS = 2_000;

export interface ScriptRun {
  target: ScriptTarget;
  /** Written to its standard input. */
  body: string;
  timeoutMs: number;
  /** The gateway's own environment. */
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  signal: AbortSignal;
}

/** Never throws. */
export function runScript(run: ScriptRun): Promise<Outcome> {
  const { body, timeoutMs, signal } = run;
  const startedMs = performance.now();
  const output = outputKeeper();
  return new Promise((resolve) => {
    let stopped: string | null = null;
    let isOver = false;
    let killer: NodeJS.Timeout | undefined;
    const end = (code: number | null, problem: string | null): void => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      clearTimeout(killer);
      signal.removeEventListener("abort", onAbort);
      const ms = Math.round(performance.now() - startedMs);
      resolve({
        isDelivered: problem === null,
        code,
        ms,
        problem,
        output: output.text(),
        retryAfterMs: null,
        isGone: false,
      });
    };
    const stop = (why: string): void => {
      if (stopped !== null || isOver) return;
      stopped = why;
      killGroup(child, "SIGTERM");
      killer = setTimeout(() => killGroup(child, "SIGKILL"), GRACE_MS);
    };
    const onAbort = (): void => stop("the gateway stopped");
    const timer = setTimeout(() => stop(`it did not end within ${timeoutMs / 1000} s`), timeoutMs);
    let child: ChildProcess;
    try {
      child = start(run);
    } catch (error) {
      end(null, `it cannot be started: ${codeOf(error)}`);
      return;
    }
    signal.addEventListener("abort", onAbort, { once: true });
    child.stdout?.on("data", (chunk: Buffer) => output.add(chunk));
    child.stderr?.on("data", (chunk: Buffer) => output.add(chunk));
    child.once("error", (error) => end(null, `it cannot be started: ${codeOf(error)}`));
    child.once("exit", () => killGroup(child, "SIGKILL"));
    child.once("close", (code, killedBy) => end(code, stopped ?? problemOf(code, killedBy)));
    // A script that does not read its input ends this pipe early.
    child.stdin?.on("error", () => {});
    child.stdin?.end(`${body}\n`);
    if (signal.aborted) onAbort();
  });
}

function start({ target, env, cwd }: ScriptRun): ChildProcess {
  const own: Record<string, string> = {};
  for (const name of [...ALWAYS, ...target.passEnv]) {
    const value = env[name];
    if (value !== undefined) own[name] = value;
  }
  return spawn(target.path, target.args, {
    cwd,
    env: { ...own, ...target.setEnv },
    // The leader of a group: whatever it starts is ended with it.
    detached: process.platform !== "win32",
    windowsHide: true,
    shell: false,
    stdio: ["pipe", "pipe", "pipe"],
  });
}

/** Also those that it left behind: they would hold its output open, and count against nobody. */
function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  const { pid } = child;
  if (pid === undefined) return;
  try {
    if (process.platform === "win32") spawn("taskkill", ["/pid", String(pid), "/t", "/f"], { stdio: "ignore" });
    else process.kill(-pid, signal);
  } catch {
    // All of them have ended.
  }
}

function problemOf(code: number | null, killedBy: NodeJS.Signals | null): string | null {
  if (code === 0) return null;
  return code === null ? `it was ended by ${killedBy ?? "a signal"}` : `it ended with exit code ${code}`;
}

function codeOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  const words: Readonly<Record<string, string>> = {
    ENOENT: "there is no such program (or not the one that its first line names)",
    EACCES: "it may not be run; chmod +x makes it a program",
  };
  return words[code ?? ""] ?? code ?? "for an unknown reason";
}
