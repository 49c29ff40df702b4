import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createGateway } from "../../src-gateway/index.ts";
import { loadSettings } from "../../src-gateway/settings/load-settings.ts";
import { runDesktop } from "../../src-main/run-desktop.ts";
import { createElectronStandIn, type ElectronStandIn } from "./electron-stand-in.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tokligence-desktop-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The desktop app with a real gateway in a folder of its own, without a tray. */
function start(
  electron: ElectronStandIn,
  { port = 0, platform = "linux" }: { port?: number; platform?: NodeJS.Platform } = {},
): void {
  const env = { TOKLIGENCE_LOG_LEVEL: "silent" };
  runDesktop({
    electron: electron.parts,
    platform,
    args: [],
    preloadPath: "/app/dist/preload/preload.cjs",
    assetsDir: "/app/assets",
    configHome: folder,
    program: "/app/tokligence-gateway",
    hasTray: () => Promise.resolve(false),
    createGateway: (chosen) =>
      createGateway(
        loadSettings({ env, argv: { port: chosen ?? port, dataDir: folder }, cwd: folder, homeDir: folder }),
        env,
      ),
  });
}

async function startReady(electron: ElectronStandIn, options?: Parameters<typeof start>[1]): Promise<void> {
  start(electron, options);
  electron.becomeReady();
  await vi.waitFor(() => expect(electron.windows).toHaveLength(1), { timeout: 20_000 });
}

/** Quits as Electron does: asks, and asks again when the app says that it is done. */
async function quit(electron: ElectronStandIn): Promise<void> {
  const before = electron.quits;
  expect(electron.willQuit()).toBe(false);
  await vi.waitFor(() => expect(electron.quits).toBe(before + 1));
  expect(electron.willQuit()).toBe(true);
}

describe("the desktop app", () => {
  it("hosts a gateway and shows its console in one window that has no way to this computer", async () => {
    const electron = createElectronStandIn({ userData: folder });
    await startReady(electron);
    const [window] = electron.windows;
    expect(window?.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/console\/#code=[\w.-]+$/);
    expect((await fetch(new URL("/livez", window?.url))).status).toBe(200);
    expect(window?.options.webPreferences).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
    });
    expect(window?.calls).toEqual([]);
    window?.emit("ready-to-show");
    expect(window?.calls).toEqual(["show"]);
    await quit(electron);
  });

  it("signs its window in at every start, with a code that works once", async () => {
    for (let run = 0; run < 2; run++) {
      const electron = createElectronStandIn({ userData: folder });
      await startReady(electron);
      const url = new URL(electron.windows[0]?.url ?? "");
      const signIn = () =>
        fetch(new URL("/api/v1/auth/login", url), {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ code: url.hash.replace("#code=", "") }),
        });
      expect((await signIn()).status).toBe(200);
      expect((await signIn()).status).toBe(401);
      await quit(electron);
    }
  });

  it("waits for Electron before it does anything", () => {
    const electron = createElectronStandIn({ userData: folder });
    start(electron);
    expect(electron.windows).toEqual([]);
    expect(electron.willQuit()).toBe(true);
  });

  it("lets the window go nowhere else, and opens the web in the person's browser", async () => {
    const electron = createElectronStandIn({ userData: folder });
    await startReady(electron);
    const window = electron.windows[0]!;
    expect(window.navigate(new URL("#/requests", window.url).href)).toBe(true);
    expect(window.navigate("https://example.com/a")).toBe(false);
    expect(window.navigate("https://example.com/frame", false)).toBe(false);
    expect(window.navigate("file:///etc/passwd")).toBe(false);
    expect(window.navigate("http://127.0.0.1:1/console/")).toBe(false);
    expect(window.openWindow("https://example.com/b")).toEqual({ action: "deny" });
    expect(window.openWindow("ms-calculator:")).toEqual({ action: "deny" });
    expect(electron.openedOutside).toEqual([
      "https://example.com/a",
      "http://127.0.0.1:1/console/",
      "https://example.com/b",
    ]);
    await quit(electron);
  });

  it("lets the page copy, and nothing else", async () => {
    const electron = createElectronStandIn({ userData: folder });
    await startReady(electron);
    const window = electron.windows[0]!;
    expect(window.asksFor("clipboard-sanitized-write")).toBe(true);
    expect(["clipboard-read", "media", "geolocation", "openExternal"].filter((each) => window.asksFor(each))).toEqual(
      [],
    );
    await quit(electron);
  });

  it("drains the gateway before it ends", async () => {
    const electron = createElectronStandIn({ userData: folder });
    await startReady(electron);
    const livez = new URL("/livez", electron.windows[0]?.url);
    expect(electron.willQuit()).toBe(false);
    // Asking twice does not stop it twice.
    expect(electron.willQuit()).toBe(false);
    await vi.waitFor(() => expect(electron.quits).toBe(1));
    await expect(fetch(livez)).rejects.toThrow("fetch failed");
    expect(electron.willQuit()).toBe(true);
    expect(electron.exitCode).toBeNull();
  });

  it("shows its window when it is started a second time, and the second one ends", async () => {
    const electron = createElectronStandIn({ userData: folder });
    await startReady(electron);
    const window = electron.windows[0]!;
    window.isMinimized = true;
    electron.secondInstance([]);
    expect(window.calls).toEqual(["restore", "show", "focus"]);
    expect(electron.windows).toHaveLength(1);

    const second = createElectronStandIn({ userData: folder, isFirst: false });
    start(second);
    second.becomeReady();
    expect(second.quits).toBe(1);
    expect(second.windows).toEqual([]);
    await quit(electron);
  });

  it("opens a new window when the old one was closed", async () => {
    const electron = createElectronStandIn({ userData: folder });
    await startReady(electron, { platform: "darwin" });
    electron.windows[0]!.isDestroyed = true;
    electron.emit("window-all-closed");
    expect(electron.quits).toBe(0);
    electron.emit("activate");
    expect(electron.windows).toHaveLength(2);
    const pageOf = (window: { url: string } | undefined): string | undefined => window?.url.split("#")[0];
    expect(pageOf(electron.windows[1])).toBe(pageOf(electron.windows[0]));
    await quit(electron);
  });

  it("ends with its last window where that is the custom", async () => {
    const electron = createElectronStandIn({ userData: folder });
    await startReady(electron, { platform: "win32" });
    electron.emit("window-all-closed");
    expect(electron.quits).toBe(1);
    await quit(electron);
  });

  it("says what to do when its port is taken, and tries again", async () => {
    const squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen(0, "127.0.0.1", resolve));
    const { port } = squatter.address() as AddressInfo;
    const electron = createElectronStandIn({ userData: folder, answers: [0, 0] });
    const dialogs = electron.dialogs;
    // The person stops the other program before the second answer.
    const push = dialogs.push.bind(dialogs);
    dialogs.push = (...shown) => {
      if (dialogs.length === 1) squatter.close();
      return push(...shown);
    };
    await startReady(electron, { port });
    // It is this very program that has it.
    expect(dialogs[0]?.message).toMatch(new RegExp(`^Port ${port} is taken by .+ \\(process ${process.pid}\\)\\.$`));
    expect(dialogs[0]?.detail).toContain("TOKLIGENCE_FACADE_PORT");
    expect(electron.windows[0]?.url).toContain(`http://127.0.0.1:${port}/console/#code=`);
    await quit(electron);
  });

  it("ends when the person gives up on a port that is taken", async () => {
    const squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen(0, "127.0.0.1", resolve));
    const electron = createElectronStandIn({ userData: folder, answers: [2] });
    start(electron, { port: (squatter.address() as AddressInfo).port });
    electron.becomeReady();
    await vi.waitFor(() => expect(electron.quits).toBe(1));
    expect(electron.windows).toEqual([]);
    expect(electron.willQuit()).toBe(true);
    squatter.close();
  });
});
