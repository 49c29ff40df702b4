import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { artifactName } from "../../config/tooling/make-manifests.ts";
import { LINK_SCHEME } from "../../src-main/links/parse-deep-link.ts";

interface System {
  icon: string;
  target: { target: string; arch: string[] }[];
}
interface BuilderConfig {
  files: string[];
  publish: { provider: string; owner: string; repo: string };
  artifactName: string;
  generateUpdatesFilesForAllChannels: boolean;
  protocols: { schemes: string[] }[];
  nsis: { buildUniversalInstaller: boolean };
  mac: System & {
    hardenedRuntime: boolean;
    entitlements: string;
    entitlementsInherit: string;
    x64ArchFiles: string;
    files: { filter: string[] }[];
  };
  win: System;
  linux: System;
  [key: string]: unknown;
}

const root = fileURLToPath(new URL("../../", import.meta.url));
const read = (): BuilderConfig => parse(readFileSync(join(root, "electron-builder.yml"), "utf8")) as BuilderConfig;

/** electron-builder's own check; it is reached by the copy that electron-builder uses. */
function loadCheck(): (config: unknown) => Promise<void> {
  const own = createRequire(import.meta.url);
  const load = createRequire(own.resolve("electron-builder/package.json"));
  const { validateConfiguration } = load("app-builder-lib/out/util/config/config") as {
    validateConfiguration: (config: unknown, log: unknown) => Promise<void>;
  };
  const { DebugLogger } = load("builder-util") as { DebugLogger: new (isEnabled: boolean) => unknown };
  return (config) => validateConfiguration(config, new DebugLogger(false));
}

describe("electron-builder.yml", () => {
  let check: (config: unknown) => Promise<void>;
  beforeAll(() => {
    check = loadCheck();
  });

  it("is what electron-builder understands", async () => {
    await expect(check(read())).resolves.toBeUndefined();
  });

  it("would be refused with a misspelt key", async () => {
    await expect(check({ ...read(), artefactName: "x" })).rejects.toThrow("artefactName");
  });

  it("packs the entry that package.json names, its preload and the console", () => {
    const { main } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { main: string };
    const packed = ["dist/main/", "dist/preload/", "dist/renderer/"];
    expect(read().files).toEqual(expect.arrayContaining(packed.map((folder) => `${folder}**`)));
    expect(main.startsWith("dist/main/")).toBe(true);
  });

  it("names an icon that is large enough for every system", () => {
    const { mac, win, linux } = read();
    for (const { icon } of [mac, win, linux]) {
      const png = readFileSync(join(root, icon));
      expect(png.subarray(1, 4).toString()).toBe("PNG");
      expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([1024, 1024]);
    }
  });

  it("makes what each system installs, and what updates are taken from", () => {
    const targets = (part: "mac" | "win" | "linux"): string[] => read()[part].target.map(({ target }) => target);
    // Updates of macOS are taken from a zip, and an installer for each processor is found by its name.
    expect(targets("mac")).toEqual(["dmg", "zip"]);
    expect(read().mac.target.every(({ arch }) => arch.join() === "universal")).toBe(true);
    expect(targets("win")).toEqual(["nsis"]);
    expect(read().nsis.buildUniversalInstaller).toBe(false);
    expect(targets("linux")).toEqual(["AppImage", "deb"]);
    expect(read().artifactName).toBe(artifactName("${version}", "${os}", "${arch}", "${ext}"));
    expect(read().generateUpdatesFilesForAllChannels).toBe(true);
  });

  it("is hardened on macOS, with entitlements that there are, and both halves with the same native parts", () => {
    const { mac } = read();
    expect([mac.hardenedRuntime, existsSync(join(root, mac.entitlements))]).toEqual([true, true]);
    expect(mac.entitlementsInherit).toBe(mac.entitlements);
    expect(mac.files.flatMap(({ filter }) => filter).every((pattern) => pattern.includes("darwin-{x64,arm64}"))).toBe(
      true,
    );
    expect(mac.x64ArchFiles).toContain("app.asar.unpacked");
  });

  it("opens the links that the app reads", () => {
    expect(read().protocols.flatMap(({ schemes }) => schemes)).toEqual([LINK_SCHEME]);
  });

  it("publishes to the project's own releases", () => {
    const { publish } = read();
    const { homepage } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { homepage: string };
    expect(homepage).toBe(`https://github.com/${publish.owner}/${publish.repo}`);
  });
});
