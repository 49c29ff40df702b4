/** Lets the bins be started by any Node: the database's native part crashes on the older ones. */
import { spawn } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";

/** The major line that the project is built and tested on. */
const WANTED_MAJOR = 24;

/**
 * True when this process may go on. Otherwise the same command runs again on the Node that came with the packages, as a
 * child that shares terminal and signals, and this process ends with the child's exit code.
 */
export function runOnProjectNode(): boolean {
  if (Number(process.versions.node.split(".")[0]) >= WANTED_MAJOR) return true;
  const script = realpathSync(process.argv[1] ?? "");
  const node = findNode(dirname(script));
  if (node === null) {
    process.stderr.write(
      `This needs Node ${WANTED_MAJOR} or newer; this is ${process.version}. Install it, or run \`npm ci\` in the project once.\n`,
    );
    process.exitCode = 1;
    return false;
  }
  const child = spawn(node, [script, ...process.argv.slice(2)], { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => {
    process.stderr.write(`Cannot start ${node}: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? (signal === "SIGINT" ? 130 : 143);
  });
  return false;
}

function findNode(from: string): string | null {
  const name = process.platform === "win32" ? "node.exe" : "node";
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, "node_modules", "node", "bin", name);
    if (existsSync(candidate)) return candidate;
    if (dirname(folder) === folder) return null;
  }
}
