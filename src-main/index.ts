/** The desktop app's entry: Electron, the settings of this computer and the gateway, joined. */
import { homedir } from "node:os";
import { fileURLToPath } from "node:url";
import { app, BrowserWindow, dialog, shell } from "electron";
import { createGateway, loadSettings } from "../src-gateway/index.ts";
import { runDesktop } from "./run-desktop.ts";

runDesktop({
  electron: { app, BrowserWindow, dialog, shell },
  platform: process.platform,
  preloadPath: fileURLToPath(new URL("../preload/preload.cjs", import.meta.url)),
  async createGateway() {
    const { env } = process;
    // Wherever the app was started from says nothing about where its settings are: they are in the data folder.
    const settings = loadSettings({ env, argv: {}, cwd: homedir(), homeDir: homedir() });
    return createGateway(settings, env);
  },
});
