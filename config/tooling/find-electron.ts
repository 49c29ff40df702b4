import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../../node_modules/electron", import.meta.url));

/** Electron's program; null when there is none. It is never asked of the package itself, which would begin to download it. */
export function findElectron(env: NodeJS.ProcessEnv = process.env): string | null {
  const named = join(folder, "path.txt");
  const name = existsSync(named) ? readFileSync(named, "utf8").trim() : usualName();
  const program = join(env["ELECTRON_OVERRIDE_DIST_PATH"] || join(folder, "dist"), name);
  return existsSync(program) ? program : null;
}

function usualName(): string {
  if (process.platform === "win32") return "electron.exe";
  return process.platform === "darwin" ? "Electron.app/Contents/MacOS/Electron" : "electron";
}
