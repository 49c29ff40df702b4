/**
 * What the shipped program is made of, as CycloneDX. `npm sbom` lists what is installed; that includes the packages which are
 * built into the program, and those which only build or test it. `node config/tooling/make-sbom.ts FILE`
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** @returns the document, as npm words it. */
export function makeSbom(): string {
  // From the lock file: what a machine lacks of it makes no difference.
  const args = ["sbom", "--sbom-format", "cyclonedx", "--sbom-type", "application", "--package-lock-only"];
  const { status, stdout, stderr } = spawnSync("npm", args, {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    shell: process.platform === "win32",
  });
  if (status !== 0) throw new Error(`npm sbom failed: ${stderr}`);
  return stdout;
}

const [, script, file] = process.argv;
if (script !== undefined && resolve(script) === fileURLToPath(import.meta.url)) {
  if (file === undefined) throw new Error("Name the file that is to be written.");
  mkdirSync(dirname(resolve(file)), { recursive: true });
  writeFileSync(file, makeSbom());
}
