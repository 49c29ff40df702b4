/** The desktop app's entry: Electron, the settings of this computer and the gateway, joined. */
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  app,
  BrowserWindow,
  clipboard,
  dialog,
  globalShortcut,
  ipcMain,
  Menu,
  Notification,
  nativeTheme,
  powerMonitor,
  screen,
  shell,
  Tray,
} from "electron";
import { createGateway, loadSettings } from "../src-gateway/index.ts";
import { tuneCollector } from "../src-gateway/lib/tune-collector.ts";
import { runDesktop } from "./run-desktop.ts";
import { hasTray } from "./system/has-tray.ts";
import { openFeed } from "./updates/open-feed.ts";

const { env, platform } = process;

runDesktop({
  electron: {
    app,
    BrowserWindow,
    clipboard,
    dialog,
    globalShortcut,
    ipcMain,
    Menu,
    nativeTheme,
    Notification,
    powerMonitor,
    screen,
    shell,
    Tray,
  },
  platform,
  args: process.argv.slice(1),
  preloadPath: fileURLToPath(new URL("../preload/preload.cjs", import.meta.url)),
  assetsDir: fileURLToPath(new URL("../../assets", import.meta.url)),
  configHome: env["XDG_CONFIG_HOME"] || join(homedir(), ".config"),
  program: env["APPIMAGE"] ?? process.execPath,
  hasTray: () => hasTray(platform),
  openFeed,
  processEvents: process,
  async createGateway(port) {
    // Wherever the app was started from says nothing about where its settings are: they are in the data folder.
    const argv = port === null ? {} : { port };
    const settings = loadSettings({ env, argv, cwd: homedir(), homeDir: homedir() });
    const gateway = await createGateway(settings, env, {
      isDesktop: true,
      systemProxy: (url) => app.resolveProxy(url),
    });
    tuneCollector();
    return gateway;
  },
});
