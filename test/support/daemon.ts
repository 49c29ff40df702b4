/** The built `gatewayd` as a child process, as a person starts it. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("../../dist/node/gatewayd.cjs", import.meta.url));

export interface Ready {
  url: string;
  consoleUrl: string;
  dataDir: string;
  clientKey?: string;
}

export interface Daemon {
  child: ChildProcess;
  /** Resolves with the machine-readable line; rejects with everything it said when it ends before that. */
  ready: Promise<Ready>;
  output(): string;
  errors(): string;
  /** Resolves with exit code and signal. */
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

export const newFolder = (): { path: string; remove(): void } => {
  const path = mkdtempSync(join(tmpdir(), "tokligence-daemon-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
};

export function startDaemon(folder: string, args: string[] = [], env: Record<string, string> = {}): Daemon {
  if (!existsSync(script)) throw new Error("dist/node/gatewayd.cjs is missing: run `npm run build` first");
  const child = spawn(
    process.execPath,
    ["--enable-source-maps", script, "--port", "0", "--data-dir", join(folder, "data"), ...args],
    {
      cwd: folder,
      env: { PATH: process.env["PATH"], HOME: folder, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let output = "";
  let errors = "";
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once("close", (code, signal) => resolve({ code, signal }));
  });
  const ready = new Promise<Ready>((resolve, reject) => {
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      const line = /^ready (\{.*\})$/m.exec(output)?.[1];
      if (line) resolve(JSON.parse(line) as Ready);
    });
    void ended.then(({ code }) => reject(new Error(`gatewayd ended with ${code}: ${errors}${output}`)));
  });
  child.stderr.on("data", (chunk: Buffer) => {
    errors += chunk.toString();
  });
  ready.catch(() => {});
  return { child, ready, ended, output: () => output, errors: () => errors };
}
