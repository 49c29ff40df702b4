import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";

interface BuilderConfig {
  files: string[];
  publish: { provider: string; owner: string; repo: string };
  mac: { icon: string };
  win: { icon: string };
  linux: { icon: string };
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

  it("publishes to the project's own releases", () => {
    const { publish } = read();
    const { homepage } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { homepage: string };
    expect(homepage).toBe(`https://github.com/${publish.owner}/${publish.repo}`);
  });
});
