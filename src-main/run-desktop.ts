/**
 * The desktop app: hosts the gateway in Electron's main process, shows how it is in the tray and its console in one window.
 *
 * Everything of Electron comes in as an argument, so that its behaviour can be tested where no Electron is. `index.ts` is
 * the entry that joins both.
 */
import { createDesktop, type Desktop } from "./desktop.ts";
import type { DesktopOptions } from "./desktop-options.ts";
import { IPC } from "./ipc/contract.ts";
import { POPOVER_IPC } from "./ipc/popover-contract.ts";
import { serveIpc } from "./ipc/serve-ipc.ts";
import { UPDATES_IPC } from "./ipc/updates-contract.ts";
import { LINK_SCHEME, linkAmong } from "./links/parse-deep-link.ts";
import { appMenu } from "./system/app-menu.ts";
import { guardCrashes } from "./system/crash-guard.ts";
import { openOutside } from "./window/console-window.ts";

const DOCUMENTATION = "https://github.com/tokligence/tokligence-gateway#readme";

export function runDesktop(options: DesktopOptions & { processEvents?: Pick<NodeJS.EventEmitter, "on"> }): void {
  const { electron, platform, args } = options;
  const { app } = electron;
  // The first instance has the port and the database; it is told and shows its window.
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return;
  }
  const desktop = createDesktop(options);
  const { preferences, popover, updates } = desktop;
  if (options.processEvents) {
    const stop = (): Promise<void> => desktop.host.stop();
    const exit = (code: number): void => app.exit(code);
    guardCrashes({ events: options.processEvents, folder: app.getPath("userData"), stop, exit });
  }
  let early: string | null = linkAmong(args);
  let isReady = false;
  const follow = (link: string): void => {
    if (isReady) desktop.follow(link);
    else early = link;
  };
  app.on("second-instance", (_event, argv) => {
    desktop.window.show();
    const link = linkAmong(argv);
    if (link !== null) follow(link);
  });
  app.on("open-url", (event, url) => {
    event.preventDefault();
    follow(url);
  });
  app.on("activate", () => desktop.window.show());
  app.on("before-quit", desktop.releaseWindows);
  app.on("window-all-closed", () => {
    // With a tray, or on a Mac, an app without windows goes on until it is quit.
    if (!desktop.hasTray() && platform !== "darwin") app.quit();
  });
  app.on("will-quit", createDrain(options, desktop));
  serveIpc(
    electron.ipcMain,
    IPC,
    { getPreferences: preferences.get, setPreferences: preferences.set },
    desktop.window.isOwn,
  );
  serveIpc(electron.ipcMain, POPOVER_IPC, popover.handlers, popover.isOwn);
  serveIpc(
    electron.ipcMain,
    UPDATES_IPC,
    { get: () => updates.state(), act: (action) => updates.act(action), choose: (changes) => updates.choose(changes) },
    desktop.window.isOwn,
  );
  // Awaited at the top level of the entry, "ready" would never come: it is told after the entry has been evaluated.
  void app.whenReady().then(async () => {
    settle(options, desktop);
    await desktop.boot();
    isReady = true;
    if (early !== null) desktop.follow(early);
  });
}

/** What can only be said once Electron is ready. */
function settle({ electron, platform }: DesktopOptions, desktop: Desktop): void {
  const { app, Menu, powerMonitor, shell } = electron;
  // While it is developed, the program is Electron's own, which other apps are, too.
  if (app.isPackaged) app.setAsDefaultProtocolClient(LINK_SCHEME);
  const help = (): void => openOutside(shell, DOCUMENTATION);
  Menu.setApplicationMenu(Menu.buildFromTemplate(appMenu(platform, desktop.window.show, help)));
  powerMonitor.on("suspend", desktop.sleep);
  powerMonitor.on("resume", () => void desktop.wake());
}

function createDrain({ electron: { app } }: DesktopOptions, { host, hush }: Desktop) {
  let stopping: Promise<void> | null = null;
  let isDrained = false;
  return (event: { preventDefault: () => void }): void => {
    if (isDrained || host.running() === null) return;
    // Open streams end and the ledger is written first; then the same way out is taken again.
    event.preventDefault();
    hush();
    stopping ??= host.stop().then(
      () => {
        isDrained = true;
        app.quit();
      },
      () => app.exit(1),
    );
  };
}
