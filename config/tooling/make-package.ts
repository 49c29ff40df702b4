/**
 * Makes the folder that `npm pack`, the image and the bundle are made of: the built gateway with its console, and what it
 * needs at run time, which are the two packages with native parts. `node config/tooling/make-package.ts FOLDER`
 */
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const BINS = { gateway: "dist/node/gateway.cjs", gatewayd: "dist/node/gatewayd.cjs" };

interface Manifest {
  [member: string]: unknown;
  dependencies: Record<string, string>;
}

/** @param folder is made anew. */
export function makePackage(folder: string): void {
  for (const bin of Object.values(BINS))
    if (!existsSync(join(root, bin))) throw new Error(`${bin} is missing: run \`npm run build\` first`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  // Maps are for those who have the sources; they are two thirds of it.
  const isWanted = (path: string): boolean => !path.endsWith(".map") && basename(path) !== ".built";
  for (const part of ["dist/node", "dist/renderer"])
    cpSync(join(root, part), join(folder, part), { recursive: true, filter: isWanted });
  for (const file of ["LICENSE", "config/gateway.example.yaml", "config/setting.ini"])
    cpSync(join(root, file), join(folder, file.replace("config/", "examples/")));
  for (const bin of Object.values(BINS)) chmodSync(join(folder, bin), 0o755);
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifestOf(), null, 2)}\n`);
  writeFileSync(join(folder, "README.md"), README);
}

function manifestOf(): object {
  const own = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Manifest;
  const { name, version, description, license, author, homepage, dependencies } = own;
  return {
    name,
    version,
    description,
    license,
    author,
    homepage,
    bin: BINS,
    files: ["dist", "examples"],
    engines: { node: ">=24" },
    dependencies,
  };
}

const README = `# Tokligence Gateway

One gateway between coding agents and any AI provider, with a ledger of every token.

    npm install --global tokligence-gateway    # Node 24 or newer
    gatewayd                                   # the gateway, on http://127.0.0.1:8081, with its console
    gateway --help                             # the command line

The first start prints a client key and a command that tries it. Data are kept in \`~/.tokligence\`. \`examples/\` has a
configuration to start from; it belongs into \`~/.tokligence/config\`.
`;

const [, script, folder] = process.argv;
if (script !== undefined && resolve(script) === fileURLToPath(import.meta.url)) {
  if (folder === undefined) throw new Error("Name the folder that is to be made.");
  makePackage(resolve(folder));
}
