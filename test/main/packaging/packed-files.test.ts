/** What is in the app that people install, and what is not. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PackedApp, packApp } from "./pack-app.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "tokligence-pack-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Nobody who runs the app needs these, and some would tell what is nobody's business. */
const UNWANTED = [
  /\.(map|ts|tsx|cts|mts|md|yml|yaml|ini|toml|sh|test\.\w+)$/,
  /^\/(src-|test|config|docs|deploy|\.)/,
  /\/\.(env|npmrc|git)/,
  /^\/dist\/node/,
  /^\/node_modules\/(?!better-sqlite3|keytar|@napi-rs|\.)[^/]/,
];
/** What a package's licence asks to be kept. */
const WANTED = /\/LICENSE(?:\.[\w-]+)?\.md$/;

const IS_LINUX_X64 = process.platform === "linux" && process.arch === "x64";

/** Reading through what is built into the app takes electron-builder some seconds. */
const PATIENCE_MS = 120_000;

describe("the packed app", () => {
  let linux: PackedApp;
  let windows: PackedApp;
  beforeAll(async () => {
    if (!existsSync(join(root, "dist/main/index.js"))) throw new Error("dist/ is missing: run `npm run build` first");
    linux = await packApp("linux", "x64", folder);
    windows = await packApp("win", "x64", folder);
  }, PATIENCE_MS);

  it("has all that it runs: the entry, what that loads, the preload script, the console and the tray's icons", () => {
    const built = (part: string): string[] =>
      readdirSync(join(root, "dist", part), { recursive: true })
        .map((name) => `/dist/${part}/${String(name).replaceAll("\\", "/")}`)
        .filter((name) => !name.endsWith(".map"));
    const icons = readdirSync(join(root, "assets")).filter((name) => /^tray.*\.png$/.test(name));
    for (const { archived } of [linux, windows]) {
      for (const part of ["main", "preload", "renderer"]) expect(archived).toEqual(expect.arrayContaining(built(part)));
      expect(archived).toEqual(expect.arrayContaining(icons.map((name) => `/assets/${name}`)));
      expect(archived).toEqual(expect.arrayContaining(["/package.json", "/LICENSE"]));
      // Started by their names, which no bundler sees.
      for (const thread of ["body", "keychain", "token-count"])
        expect(archived).toContain(`/dist/main/${thread}-worker.js`);
    }
    const { main } = JSON.parse(linux.text("package.json")) as { main: string };
    expect(linux.archived).toContain(`/${main}`);
  });

  it("has no sources, tests, maps, settings or packages that are built in", () => {
    for (const { archived } of [linux, windows]) {
      const unwanted = archived.filter((path) => UNWANTED.some((pattern) => pattern.test(path)) && !WANTED.test(path));
      expect(unwanted).toEqual([]);
    }
  });

  it("tells nothing of how it is made", () => {
    const manifest = JSON.parse(linux.text("package.json")) as object;
    expect(Object.keys(manifest)).toEqual(expect.arrayContaining(["name", "version", "main", "dependencies"]));
    for (const member of ["scripts", "devDependencies", "build"]) expect(manifest).not.toHaveProperty(member);
  });

  it("has the native parts for its own system only, as files that the system can load", () => {
    const natives = ({ archived }: PackedApp): string[] => archived.filter((path) => path.endsWith(".node"));
    expect(natives(windows)).toContain("/node_modules/better-sqlite3/prebuilds/win32-x64.node");
    expect(natives(windows).filter((path) => !path.includes("win32-x64"))).toEqual([]);
    expect(natives(linux)).toContain("/node_modules/better-sqlite3/prebuilds/linux-x64.node");
    expect(natives(linux).filter((path) => !path.includes("linux-x64"))).toEqual([]);
    for (const app of [linux, windows]) expect(app.unpacked().toSorted()).toEqual(natives(app).toSorted());
  });

  it.skipIf(!IS_LINUX_X64)("has the keychain's part (needs Linux on x64)", () => {
    expect(linux.archived).toContain("/node_modules/@napi-rs/keyring-linux-x64-gnu/keyring.linux-x64-gnu.node");
  });

  it("is no Node for other programs, and runs its own archive only", () => {
    // In their order: as a Node, encrypted cookies, NODE_OPTIONS, --inspect, checked archive, only the archive, another
    // snapshot (left as it was), more rights for files.
    for (const fuses of [linux.fuses("tokligence-gateway"), windows.fuses("Tokligence Gateway.exe")])
      expect(fuses).toBe("01001100");
  });

  it("knows where its updates are, and speaks the console's languages", () => {
    expect(linux.resource("app-update.yml")).toContain("provider: github\n");
    expect(linux.resource("app-update.yml")).toContain("repo: tokligence-gateway\n");
    expect(readdirSync(linux.locales).toSorted()).toEqual(["en-US.pak", "zh-CN.pak"]);
  });

  it("is made of no file that holds a path of this machine", () => {
    const built = linux.archived.filter((path) => /^\/dist\/(main|preload)\/[^/]+\.c?js$/.test(path));
    expect(built.length).toBeGreaterThan(2);
    for (const path of built) expect(linux.text(path.slice(1)).includes(root)).toBe(false);
  });

  it("for another processor has its native parts", { timeout: PATIENCE_MS }, async () => {
    const { archived } = await packApp("linux", "arm64", folder);
    const natives = archived.filter((path) => path.endsWith(".node"));
    expect(natives).toContain("/node_modules/better-sqlite3/prebuilds/linux-arm64.node");
    expect(natives.filter((path) => !path.includes("linux-arm64"))).toEqual([]);
  });
});

describe("what is asked of macOS", () => {
  it("is to let the app make code while it runs, and nothing more", () => {
    const plist = readFileSync(join(root, "assets/entitlements.mac.plist"), "utf8");
    expect([...plist.matchAll(/<key>(.+)<\/key>/g)].map(([, key]) => key)).toEqual(["com.apple.security.cs.allow-jit"]);
    // The signer's own reader takes a comment for an error.
    expect(plist).not.toContain("<!--");
  });
});
