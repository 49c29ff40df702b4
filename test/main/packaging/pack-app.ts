/** electron-builder's real packing, over a folder that only has the shape of an Electron: no other is on every machine. */
import { execFile } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const own = createRequire(import.meta.url);
/** What electron-builder itself uses; it is no package of ours. */
const builders = createRequire(own.resolve("electron-builder/package.json"));
const libraries = createRequire(builders.resolve("app-builder-lib/package.json"));

/** Marks the place of the fuses in Electron's program; a version, their number and how each stands follow it. */
const FUSE_MARK = "dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX";
/** As they are delivered, in their order. */
const FUSES = "10110001";

const SHAPES = {
  linux: { programs: ["electron", "chrome_crashpad_handler", "chrome-sandbox"], args: ["--linux", "dir"] },
  // What would change the program's own resources and signature needs a real one.
  win: {
    programs: ["electron.exe"],
    args: ["--win", "dir", "-c.win.signAndEditExecutable=false", "-c.disableAsarIntegrity=true"],
  },
} as const;

export interface PackedApp {
  /** In the archive, with slashes before them. */
  archived: string[];
  /** Where the system can load them. */
  unpacked(): string[];
  /** Of a file in the archive. */
  text(path: string): string;
  /** Beside the archive. */
  resource(name: string): string;
  locales: string;
  fuses(program: string): string;
}

/** @param folder is made use of, and not taken away. */
export async function packApp(system: keyof typeof SHAPES, arch: "x64" | "arm64", folder: string): Promise<PackedApp> {
  const { programs, args } = SHAPES[system];
  const electron = join(folder, `electron-${system}`);
  const output = join(folder, `${system}-${arch}`);
  for (const part of ["resources", "locales"]) mkdirSync(join(electron, part), { recursive: true });
  for (const name of programs) {
    writeFileSync(join(electron, name), Buffer.concat([Buffer.from(`${FUSE_MARK}\u0001\u0008${FUSES}`)]));
    chmodSync(join(electron, name), 0o755);
  }
  for (const name of [
    "LICENSE",
    "LICENSES.chromium.html",
    "version",
    ...["en-US", "zh-CN", "de"].map((code) => `locales/${code}.pak`),
  ])
    writeFileSync(join(electron, name), "");
  await run([
    join(dirname(own.resolve("electron-builder/package.json")), "cli.js"),
    ...args,
    `--${arch}`,
    "-c",
    "electron-builder.yml",
    `-c.electronDist=${electron}`,
    `-c.directories.output=${output}`,
    "--publish",
    "never",
  ]);
  const app = join(output, `${system}${arch === "x64" ? "" : `-${arch}`}-unpacked`);
  const resources = join(app, "resources");
  const asar = libraries("@electron/asar") as {
    listPackage(path: string): string[];
    extractFile(path: string, name: string): Buffer;
  };
  const archive = join(resources, "app.asar");
  return {
    archived: asar.listPackage(archive).map((path) => path.replaceAll("\\", "/")),
    unpacked: () =>
      readdirSync(join(resources, "app.asar.unpacked"), { recursive: true })
        .map((name) => `/${String(name).replaceAll("\\", "/")}`)
        .filter((path) => path.endsWith(".node")),
    text: (path) => asar.extractFile(archive, path).toString(),
    resource: (name) => readFileSync(join(resources, name), "utf8"),
    locales: join(app, "locales"),
    fuses: (program) => readFileSync(join(app, program), "latin1").slice(FUSE_MARK.length + 2),
  };
}

function run(args: string[]): Promise<void> {
  const env = { ...process.env, ELECTRON_BUILDER_OFFLINE: "true" };
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { cwd: root, env }, (error, output, complaints) =>
      error ? reject(new Error(`${output}\n${complaints}`)) : resolve(),
    );
  });
}
