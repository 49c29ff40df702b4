// The same as desktop.spec.ts in the real Electron, where there is one: windows, preload script, IPC and the way out are its own.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { _electron, type ElectronApplication, expect, test } from "@playwright/test";
import { findElectron } from "../../config/tooling/find-electron.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const program = findElectron();
test.skip(program === null, "no Electron on this machine; fetch it with: npx install-electron");

interface Seen {
  icon: string | null;
  menu: { getMenuItemById(id: string): { click(): void } | null } | null;
}
interface Desktop {
  getPreferences(): Promise<object>;
  updates: { get(): Promise<object> };
}

let folder: string;
let app: ElectronApplication;

test.beforeAll(async () => {
  if (program === null) return;
  folder = mkdtempSync(join(tmpdir(), "tokligence-electron-"));
  // Asked whether the desktop shows tray icons: it says that it does.
  mkdirSync(join(folder, "bin"));
  writeFileSync(join(folder, "bin/gdbus"), "#!/bin/sh\necho '(true,)'\n", { mode: 0o755 });
  const { ELECTRON_RUN_AS_NODE: _asNode, ...env } = process.env;
  app = await _electron.launch({
    executablePath: program,
    args: [
      ...(process.platform === "linux" ? ["--no-sandbox"] : []),
      `--user-data-dir=${join(folder, "user")}`,
      "-r",
      join(root, "test/e2e/electron-hook.cjs"),
      root,
    ],
    env: {
      ...(env as Record<string, string>),
      PATH: `${join(folder, "bin")}${delimiter}${process.env["PATH"] ?? ""}`,
      TOKLIGENCE_DATA_DIR: join(folder, "data"),
      TOKLIGENCE_FACADE_PORT: "0",
      TOKLIGENCE_LOG_LEVEL: "silent",
    },
  });
});
test.afterAll(async () => {
  if (program === null) return;
  await app.close().catch(() => {});
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
});

const has = (id: string): Promise<boolean> =>
  app.evaluate((_parts, name) => {
    const { menu } = (globalThis as unknown as { desktopSeen: Seen }).desktopSeen;
    return menu?.getMenuItemById(name) != null;
  }, id);
const click = (id: string): Promise<void> =>
  app.evaluate((_parts, name) => {
    (globalThis as unknown as { desktopSeen: Seen }).desktopSeen.menu?.getMenuItemById(name)?.click();
  }, id);
const icon = (): Promise<string | null> =>
  app.evaluate(() => (globalThis as unknown as { desktopSeen: Seen }).desktopSeen.icon);

test("boots, signs its window in, offers the console what is declared, and drains when it quits", async () => {
  const page = await app.firstWindow();
  await expect(page.getByRole("heading", { level: 1 }).first()).toBeVisible({ timeout: 60_000 });
  await expect.poll(() => page.url()).not.toContain("code=");
  const preferences = await page.evaluate(() => (window as unknown as { desktop: Desktop }).desktop.getPreferences());
  expect(preferences).toMatchObject({ trayTitle: "none", openAtLogin: false });
  const isIsolated = await page.evaluate(() => typeof (globalThis as { require?: unknown }).require === "undefined");
  expect(isIsolated).toBe(true);
  // It runs from its sources: another program brings new versions.
  await page.evaluate(() => (window as unknown as { desktop: Desktop }).desktop.updates.get());

  await expect.poll(() => has("pause"), { timeout: 30_000 }).toBe(true);
  await click("pause");
  await expect.poll(icon, { timeout: 30_000 }).toContain("tray-paused");
  await click("resume");
  await expect.poll(icon, { timeout: 30_000 }).toContain("tray-running");

  await app.evaluate(({ app: main }) => void main.emit("second-instance", {}, ["app"], "", {}));
  const windows = await app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()
      .filter((each) => each.isVisible())
      .map((each) => each.webContents.getURL()),
  );
  expect(windows).toHaveLength(1);
  const livez = new URL("/livez", page.url());
  expect((await fetch(livez)).status).toBe(200);

  const ended = new Promise<number | null>((resolve) => app.process().once("exit", resolve));
  await app.evaluate(({ app: main }) => main.quit());
  expect(await ended).toBe(0);
  await expect(fetch(livez)).rejects.toThrow("fetch failed");
});
