/**
 * `npm run desktop`: starts what was built in the Electron of this machine. Its package brings no binary; that is fetched by
 * `npx install-electron`, or lies in the folder that ELECTRON_OVERRIDE_DIST_PATH names.
 */
import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { findElectron } from "./find-electron.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Electron told to be a plain Node would look as if the app did nothing: agents' terminals hand that on. */
const { ELECTRON_RUN_AS_NODE: _asNode, ...env } = process.env;

function startDesktop(args: readonly string[]): void {
  const program = findElectron();
  if (program === null) {
    process.stderr.write(
      "Electron's program is not on this machine: its npm package brings none. Run `npx install-electron` to fetch it, or name " +
        "the folder that it is in with ELECTRON_OVERRIDE_DIST_PATH. Without it, `npm start` runs the same gateway and console.\n",
    );
    process.exitCode = 1;
    return;
  }
  const child = spawn(program, [root, ...args], { stdio: "inherit", env });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => {
    process.stderr.write(`${program} cannot be started: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.on("exit", (code) => (process.exitCode = code ?? 1));
}

const [, script, ...args] = process.argv;
if (script !== undefined && resolve(script) === fileURLToPath(import.meta.url)) startDesktop(args);
