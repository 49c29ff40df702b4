/** What people install: the npm package and the bundle, put where nothing else is, and started. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeBundle, packBundle } from "../../config/tooling/make-bundle.ts";
import { makePackage } from "../../config/tooling/make-package.ts";
import type { Ready } from "../support/daemon.ts";

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
  version: string;
};
const isWindows = process.platform === "win32";
/** What npm says where no registry answers, or one that this Node does not trust. */
const UNREACHABLE = /E(?:NOTFOUND|CONNREFUSED|AI_AGAIN|TIMEDOUT)|ENOTCACHED|SELF_SIGNED_CERT_IN_CHAIN/;
let folder: string;
let children: ChildProcess[] = [];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "gateway-package-"));
});
afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
  children = [];
  rmSync(folder, { recursive: true, force: true });
});

interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** Starts the gateway, asks it something, opens its console, and ends it. */
async function tryOut(command: string, path: string): Promise<Ended> {
  const home = mkdtempSync(join(folder, "home-"));
  const child = spawn(command, ["--port", "0"], {
    cwd: home,
    env: { PATH: path, HOME: home },
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  let said = "";
  const ended = new Promise<Ended>((resolve) => {
    child.once("close", (code, signal) => resolve({ code, signal }));
  });
  const ready = new Promise<Ready>((resolve, reject) => {
    child.stdout.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      const line = /^ready (\{.*\})$/m.exec(said)?.[1];
      if (line) resolve(JSON.parse(line) as Ready);
    });
    child.stderr.on("data", (chunk: Buffer) => void (said += chunk.toString()));
    child.once("error", reject);
    void ended.then(({ code }) => reject(new Error(`ended with ${code}: ${said}`)));
  });
  const { url, clientKey } = await ready;
  const reply = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${clientKey}` },
    body: JSON.stringify({ model: "loopback", messages: [{ role: "user", content: "Hello" }] }),
  });
  expect(await reply.json()).toMatchObject({ choices: [{ message: { content: "Hello" } }] });
  expect(await (await fetch(`${url}/console/`)).text()).toContain("<script");
  const usage = spawnSync(join(dirname(command), "gateway"), ["usage"], {
    cwd: home,
    env: { PATH: path, HOME: home },
    encoding: "utf8",
  });
  expect(usage).toMatchObject({ status: 0, stderr: "" });
  child.kill("SIGTERM");
  return ended;
}

describe.skipIf(isWindows)("the npm package (needs POSIX)", () => {
  it("holds what runs and nothing else", () => {
    const made = join(folder, "package");
    makePackage(made);
    expect(readdirSync(made).sort()).toEqual(["LICENSE", "README.md", "dist", "examples", "package.json"]);
    const files = readdirSync(made, { recursive: true, encoding: "utf8" });
    expect(files.filter((file) => /\.(?:map|ts|tsx)$/.test(file))).toEqual([]);
    const manifest = JSON.parse(readFileSync(join(made, "package.json"), "utf8")) as {
      dependencies: Record<string, string>;
    };
    expect(manifest).toMatchObject({ version, license: "Apache-2.0" });
    expect(Object.keys(manifest.dependencies).sort()).toEqual(["better-sqlite3", "keytar"]);
    for (const wanted of Object.values(manifest.dependencies)) expect(wanted).toMatch(/(?:^|@)\d+\.\d+\.\d+$/);
  });

  it("is packed, installed into an empty folder, runs, and ends with 0", { timeout: 180_000 }, async (context) => {
    const made = join(folder, "package");
    if (!existsSync(made)) makePackage(made);
    const npm = (cwd: string, ...args: string[]) => {
      // Not the settings of this project, under which npm may have started the tests.
      const own = Object.entries(process.env).filter(
        ([name]) => !/^npm_(?!config_(?:cache|registry|userconfig))/i.test(name),
      );
      return spawnSync("npm", args, { cwd, encoding: "utf8", env: Object.fromEntries(own), timeout: 45_000 });
    };
    const packed = npm(made, "pack", "--json", "--pack-destination", folder);
    expect(packed).toMatchObject({ status: 0 });
    const archive = readdirSync(folder).find((name) => name.endsWith(".tgz")) ?? "";
    const target = join(folder, "installed");
    mkdirSync(target);
    const args = ["install", "--prefix", target, "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"];
    // It asks as often as usual, but waits 1 s and 5 s in between, not 10 s and 60 s.
    const patience = ["--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000"];
    const installed = npm(target, ...args, ...patience, join(folder, archive));
    if (installed.status !== 0 && UNREACHABLE.test(installed.stderr))
      return context.skip("no package registry can be reached");
    if (installed.error !== undefined)
      return context.skip(`the package registry does not answer: ${installed.error.message}`);
    expect(installed).toMatchObject({ status: 0 });
    const bins = join(target, "node_modules/.bin");
    // The Node of this project, since that of the machine may be too old.
    const path = `${dirname(process.execPath)}:/usr/bin:/bin`;
    for (const name of ["gateway", "gatewayd"])
      expect(spawnSync(join(bins, name), ["--version"], { env: { PATH: path }, encoding: "utf8" })).toMatchObject({
        status: 0,
        stdout: `${version}\n`,
      });
    expect(await tryOut(join(bins, "gatewayd"), path)).toEqual({ code: 0, signal: null });
  });
});

describe.skipIf(isWindows)("the bundle (needs POSIX)", () => {
  it("runs with nothing on the path, from an archive whose sum stands beside it", { timeout: 120_000 }, async () => {
    const parent = join(folder, "bundles");
    mkdirSync(parent);
    const archive = packBundle(makeBundle(parent));
    const check = spawnSync("sha256sum", ["-c", `${archive}.sha256`], { cwd: parent, encoding: "utf8" });
    // A machine without sha256sum has nobody to ask.
    expect(check.error === undefined ? check.status : 0).toBe(0);
    const elsewhere = join(folder, "else where");
    mkdirSync(elsewhere);
    expect(spawnSync("tar", ["-xzf", archive, "-C", elsewhere]).status).toBe(0);
    const [name = ""] = readdirSync(elsewhere);
    const command = join(elsewhere, name, "bin/gatewayd");
    expect(await tryOut(command, "")).toEqual({ code: 0, signal: null });
    const link = join(folder, "gateway-link");
    symlinkSync(join(elsewhere, name, "bin/gateway"), link);
    expect(spawnSync(link, ["--version"], { env: { PATH: "" }, encoding: "utf8" }).stdout).toBe(`${version}\n`);
    const other = fileURLToPath(new URL("../../node_modules/", import.meta.url));
    expect(readFileSync(command, "utf8")).not.toContain(other);
  });
});
