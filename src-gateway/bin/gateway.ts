#!/usr/bin/env node
import { homedir } from "node:os";
import { keepCompiled } from "./keep-compiled.ts";
import { runOnProjectNode } from "./run-on-project-node.ts";

// Loaded only after the check, as in gatewayd.
if (runOnProjectNode()) {
  keepCompiled(null);
  void start();
}

async function start(): Promise<void> {
  // `gateway logs | head` has seen enough.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
  const { runCli } = await import("../cli/program.ts");
  process.exitCode = await runCli(process.argv.slice(2), {
    env: process.env,
    cwd: process.cwd(),
    homeDir: homedir(),
    stdout: process.stdout,
    stderr: process.stderr,
    ...(process.stdin.isTTY && process.stdout.isTTY ? { ask } : {}),
    // The database and all that stands on it are loaded only where no gateway runs.
    openOffline: async (settings) => (await import("../compose/offline.ts")).openOffline(settings, process.env),
    openStorage: async () => (await import("../compose/storage.ts")).createStorageTools(process.cwd()),
  });
}

async function ask(question: string): Promise<string> {
  const { createInterface } = await import("node:readline/promises");
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return await lines.question(question);
  } finally {
    lines.close();
  }
}
