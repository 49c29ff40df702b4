// The desktop app as it is compiled, with its console and preload script in a real Chromium.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, type Page, test } from "@playwright/test";

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

interface State {
  windows: { url: string; calls: string[] }[];
  tray?: { icon: string; tooltip: string };
}

let folder: string;
let child: ChildProcess;
let ended: Promise<unknown[]>;
let errors = "";
let last = 0;

function ask<Value>(name: string, ...args: unknown[]): Promise<Value> {
  const id = ++last;
  return new Promise((resolve, reject) => {
    const hear = (message: { id: number; value?: Value; error?: string }): void => {
      if (message.id !== id) return;
      child.off("message", hear);
      if (message.error === undefined) resolve(message.value as Value);
      else reject(new Error(message.error));
    };
    child.on("message", hear);
    child.send({ id, name, args });
  });
}

test.beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "tokligence-app-"));
  // Asked whether the desktop shows tray icons: it says that it does.
  mkdirSync(join(folder, "bin"));
  writeFileSync(join(folder, "bin/gdbus"), "#!/bin/sh\necho '(true,)'\n", { mode: 0o755 });
  child = fork(at("test/e2e/desktop-process.ts"), [at("dist/main/index.js")], {
    cwd: folder,
    env: {
      PATH: `${join(folder, "bin")}${delimiter}${process.env["PATH"]}`,
      HOME: folder,
      DESKTOP_USER_DATA: folder,
      TOKLIGENCE_DATA_DIR: join(folder, "data"),
      TOKLIGENCE_FACADE_PORT: "0",
      TOKLIGENCE_LOG_LEVEL: "silent",
    },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  child.stderr?.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  ended = once(child, "exit");
  await expect.poll(async () => (await ask<State>("state")).windows.length, { timeout: 30_000 }).toBe(1);
});
test.afterAll(async () => {
  if (child.exitCode === null) child.kill("SIGKILL");
  await ended;
  rmSync(folder, { recursive: true, force: true });
});

/** Runs the compiled preload script as Electron's sandbox does: before the page, with only what a sandbox has. */
async function usePreload(page: Page): Promise<void> {
  await page.exposeFunction("askMain", (channel: string, args: unknown[]) => ask("invoke", channel, args));
  const preload = readFileSync(at("dist/preload/preload.cjs"), "utf8");
  await page.addInitScript(`(() => {
    const askMain = window.askMain;
    const electron = {
      contextBridge: { exposeInMainWorld: (name, value) => { window[name] = Object.freeze(value); } },
      ipcRenderer: { invoke: (channel, ...args) => askMain(channel, args) },
    };
    const require = (name) => { if (name === "electron") return electron; throw new Error("module not found: " + name); };
    const process = { platform: "linux" };
    ((require, process, module, exports) => {${preload}\n})(require, process, { exports: {} }, {});
  })();`);
}

test("boots, signs its window in, offers the console what is declared, and drains when it quits", async ({ page }) => {
  const { windows } = await ask<State>("state");
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  await usePreload(page);
  await page.goto(windows[0]?.url ?? "");
  await expect(page.getByRole("heading", { level: 1 }).first()).toBeVisible();
  expect(page.url()).not.toContain("code=");
  const preferences = await page.evaluate(() =>
    (window as unknown as { desktop: { getPreferences(): Promise<object> } }).desktop.getPreferences(),
  );
  expect(preferences).toMatchObject({ trayTitle: "none", openAtLogin: false });
  expect(complaints).toEqual([]);

  await expect.poll(() => ask("has", "pause")).toBe(true);
  await ask("clickTray", "pause");
  await expect.poll(async () => (await ask<State>("state")).tray?.icon).toContain("assets/tray-paused-light.png");
  await ask("clickTray", "resume");
  await expect.poll(async () => (await ask<State>("state")).tray?.icon).toContain("assets/tray-running-light.png");

  await ask("secondInstance", ["app"]);
  expect((await ask<State>("state")).windows).toHaveLength(1);
  const livez = new URL("/livez", windows[0]?.url);
  expect((await fetch(livez)).status).toBe(200);
  await ask("quit");
  const [code] = await ended;
  expect([code, errors]).toEqual([0, ""]);
  await expect(fetch(livez)).rejects.toThrow("fetch failed");
});
