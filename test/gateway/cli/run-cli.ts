/** The built `gateway` as a child process, as a person starts it. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("../../../dist/node/gateway.cjs", import.meta.url));

export interface CliResult {
  code: number | null;
  out: string;
  err: string;
}

export interface CliRun {
  /** Everything that was printed so far. */
  out(): string;
  err(): string;
  /** Resolves when what was printed fits. */
  says(pattern: RegExp): Promise<void>;
  signal(name: NodeJS.Signals): void;
  ended: Promise<CliResult>;
}

export interface CliHome {
  path: string;
  dataDir: string;
  /** @param input what comes on its standard input, which is empty otherwise. */
  start(args: string[], env?: Record<string, string>, input?: string): CliRun;
  run(args: string[], env?: Record<string, string>): Promise<CliResult>;
  /** Standard output as JSON. @throws when the command fails. */
  json<Value = unknown>(args: string[], env?: Record<string, string>): Promise<Value>;
  remove(): void;
}

/** A home folder of its own, so that nothing of this machine's user is seen or touched. */
export function newHome(): CliHome {
  const path = mkdtempSync(join(tmpdir(), "tokligence-cli-"));
  const dataDir = join(path, "data");
  const start: CliHome["start"] = (args, env = {}, input = "") =>
    startCli(path, ["--data-dir", dataDir, ...args], env, input);
  const run: CliHome["run"] = (args, env) => start(args, env).ended;
  return {
    path,
    dataDir,
    start,
    run,
    async json(args, env) {
      const { code, out, err } = await run([...args, "-o", "json"], env);
      if (code !== 0) throw new Error(`gateway ${args.join(" ")} ended with ${code}: ${err}${out}`);
      return JSON.parse(out);
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

function startCli(folder: string, args: string[], env: Record<string, string>, input: string): CliRun {
  if (!existsSync(script)) throw new Error("dist/node/gateway.cjs is missing: run `npm run build` first");
  const child = spawn(process.execPath, [script, ...args], {
    cwd: folder,
    env: { PATH: process.env["PATH"], HOME: folder, TZ: "UTC", ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  // It may end before it has read all, or anything.
  child.stdin.on("error", () => {}).end(input);
  let out = "";
  let err = "";
  const watchers = new Set<() => void>();
  const tell = (): void => {
    for (const watcher of watchers) watcher();
  };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
    tell();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    err += text;
    tell();
  });
  const ended = new Promise<CliResult>((resolve) => {
    child.once("close", (code) => resolve({ code, out, err }));
  });
  return {
    out: () => out,
    err: () => err,
    ended,
    signal: (name) => void child.kill(name),
    says: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!pattern.test(out + err)) return;
          watchers.delete(look);
          resolve();
        };
        watchers.add(look);
        look();
        void ended.then(() => reject(new Error(`it ended before it said ${pattern}: ${err}${out}`)));
      }),
  };
}
