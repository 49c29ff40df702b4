// A keychain that is locked while nobody is there to unlock it, as the console tells it: a real one, gnome-keyring.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "@playwright/test";
import { expectAccessibleInBoth } from "../support/accessibility.ts";
import { startSilentBus } from "../support/silent-bus.ts";
import { startConsoleWorld } from "./console-world.ts";
import { startDesktopApp } from "./desktop-app.ts";

const NEEDED = ["dbus-run-session", "gnome-keyring-daemon"];
const missing = NEEDED.filter(
  (name) => !(process.env["PATH"] ?? "").split(delimiter).some((folder) => existsSync(join(folder, name))),
);
const useKeychain = fileURLToPath(new URL("../main/use-keychain.ts", import.meta.url));
const DAEMON = "gnome-keyring-daemon --components=secrets --daemonize";

let home: string;
let session: ChildProcess | null = null;
test.beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "tokligence-keys-"));
});
test.afterEach(async () => {
  if (session?.exitCode === null) {
    session.stdin?.end();
    await once(session, "exit");
  }
  rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
});

/** Keeps `test-left` in a key ring of its own, locks that, and gives the address of its bus. */
async function lockedKeychain(): Promise<string> {
  const env = { PATH: process.env["PATH"], HOME: home, XDG_RUNTIME_DIR: home, XDG_DATA_HOME: join(home, "data") };
  const unlocked = `printf 'pass\\n' | ${DAEMON} --unlock >/dev/null 2>&1; exec "$@"`;
  const keep = ["--", "sh", "-c", unlocked, "sh", process.execPath, useKeychain];
  await promisify(execFile)("dbus-run-session", keep, { env });
  const locked = `${DAEMON} --start >/dev/null 2>&1; echo "$DBUS_SESSION_BUS_ADDRESS"; exec cat >/dev/null`;
  session = spawn("dbus-run-session", ["--", "sh", "-c", locked], { env, stdio: ["pipe", "pipe", "ignore"] });
  if (session.stdout === null) throw new Error("the session says nothing");
  const [address] = (await once(createInterface(session.stdout), "line")) as [string];
  return address;
}

test("a locked keychain is told above every page, with what to do", async ({ page }) => {
  test.skip(process.platform !== "linux" || missing.length > 0, "needs gnome-keyring and dbus");
  const world = await startConsoleWorld({
    settings: { DBUS_SESSION_BUS_ADDRESS: await lockedKeychain() },
    config: {
      providers: [{ id: "home", kind: "openai", base_url: "http://127.0.0.1:9/v1", credential: "keychain:test-left" }],
      routes: [{ match: "gpt-5", targets: ["home"] }],
    },
  });
  try {
    await world.chat("gpt-5");
    await page.goto(`${world.consoleUrl}#code=${await world.signInCode()}`);
    const banner = page.getByRole("status").filter({ hasText: "The keychain is locked." });
    await expect(banner).toBeVisible();
    await expectAccessibleInBoth(page);
    await page.setViewportSize({ width: 390, height: 844 });
    await banner.getByRole("link", { name: "To the providers" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "Providers" })).toBeVisible();
    await expect(banner).toBeVisible();
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
  } finally {
    await world.close();
  }
});

test("a keychain that never answers leaves the app usable, is told, and lets the app quit", async ({ page }) => {
  test.skip(process.platform !== "linux", "needs a session bus of Linux");
  const bus = await startSilentBus();
  const provider = { id: "home", kind: "openai", base_url: "http://127.0.0.1:9/v1", credential: "keychain:home" };
  const app = await startDesktopApp({
    env: { DBUS_SESSION_BUS_ADDRESS: bus.address },
    config: { providers: [provider] },
  });
  try {
    await expect.poll(() => app.ask("has", "copy:key")).toBe(true);
    await app.ask("clickTray", "copy:key");
    await expect.poll(async () => (await app.state()).clipboard.length).toBe(1);
    const { clipboard, windows } = await app.state();
    const url = windows[0]?.url ?? "";
    const asked = fetch(new URL("/v1/models", url), { headers: { authorization: `Bearer ${clipboard[0]}` } });
    await expect.poll(() => bus.connections()).toBeGreaterThan(0);
    await app.usePreload(page, 0);
    await page.goto(url);
    expect((await asked).status).toBe(200);
    await expect(page.getByRole("status").filter({ hasText: "The keychain is locked." })).toBeVisible();
    await expect.poll(async () => (await app.state()).tray?.icon).toContain("tray-error");
    await app.ask("quit");
    expect(await app.ended()).toEqual([0, ""]);
  } finally {
    await app.close();
    bus.close();
  }
});
