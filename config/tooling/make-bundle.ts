/**
 * Makes a folder that runs on a machine with nothing on it, and an archive of it: Node, the built gateway, its modules with
 * native parts, and two commands. For the platform that this runs on. `node config/tooling/make-bundle.ts FOLDER`
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { makePackage } from "./make-package.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** @returns the folder of the bundle, which is made in `parent`. */
export function makeBundle(parent: string): string {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
  const folder = join(parent, `tokligence-gateway-${version}-${process.platform}-${process.arch}`);
  makePackage(folder);
  copyModules(join(folder, "node_modules"));
  mkdirSync(join(folder, "bin"));
  const node = realpathSync(process.execPath);
  cpSync(node, join(folder, "bin/node"));
  const license = [dirname(dirname(node)), join(root, "node_modules/node")]
    .map((place) => join(place, "LICENSE"))
    .find(existsSync);
  if (license !== undefined) cpSync(license, join(folder, "bin/node.LICENSE"));
  for (const name of ["gateway", "gatewayd"]) {
    const file = join(folder, "bin", name);
    writeFileSync(file, startScript(name));
    chmodSync(file, 0o755);
  }
  return folder;
}

/** @returns the archive, beside the folder; its SHA-256 stands beside it, as sha256sum reads it. */
export function packBundle(folder: string): string {
  const archive = `${folder}.tar.gz`;
  const name = folder.slice(dirname(folder).length + 1);
  const { status, stderr } = spawnSync("tar", ["-czf", archive, "-C", dirname(folder), name], { encoding: "utf8" });
  if (status !== 0) throw new Error(`tar failed: ${stderr}`);
  const sum = createHash("sha256").update(readFileSync(archive)).digest("hex");
  writeFileSync(`${archive}.sha256`, `${sum}  ${name}.tar.gz\n`);
  return archive;
}

/** What the two dependencies need on this platform, and of the database only the part for it. */
function copyModules(target: string): void {
  const from = join(root, "node_modules");
  const isFor = (path: string): boolean => {
    if (path.includes("better-sqlite3/deps") || path.includes("better-sqlite3/src")) return false;
    return !path.endsWith(".node") || !path.includes("/prebuilds/") || path.endsWith(`/${nativeName()}.node`);
  };
  for (const name of ["better-sqlite3", "keytar"])
    cpSync(join(from, name), join(target, name), { recursive: true, filter: isFor, dereference: true });
  for (const name of readdirSync(join(from, "@napi-rs")).filter((each) => each.startsWith("keyring-")))
    cpSync(join(from, "@napi-rs", name), join(target, "@napi-rs", name), { recursive: true });
}

function nativeName(): string {
  const report = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  const isMusl = process.platform === "linux" && report.header.glibcVersionRuntime === undefined;
  return `${process.platform}${isMusl ? "musl" : ""}-${process.arch}`;
}

/** Works with an empty PATH, and through a link where the machine has readlink. */
const startScript = (name: string): string => `#!/bin/sh
self=$0
while [ -L "$self" ] && [ -x /usr/bin/readlink ]; do
  link=$(/usr/bin/readlink "$self")
  case $link in
    /*) self=$link ;;
    *) self=\${self%/*}/$link ;;
  esac
done
here=\${self%/*}
exec "$here/node" "$here/../dist/node/${name}.cjs" "$@"
`;

const [, script, parent] = process.argv;
if (script !== undefined && resolve(script) === fileURLToPath(import.meta.url)) {
  if (parent === undefined) throw new Error("Name the folder that the bundle is to be made in.");
  mkdirSync(resolve(parent), { recursive: true });
  const folder = makeBundle(resolve(parent));
  process.stdout.write(`${packBundle(folder)}\n`);
  rmSync(folder, { recursive: true, force: true });
}
