/** The real electron-updater in a plain Node: as much of Electron as it asks for, given to it when it loads that. */
import { EventEmitter } from "node:events";
import { writeFileSync } from "node:fs";
import http from "node:http";
import { registerHooks } from "node:module";
import { join } from "node:path";
import type * as Updater from "electron-updater";

const app = Object.assign(new EventEmitter(), {
  version: "1.0.0",
  folder: "",
  quits: 0,
  isPackaged: true,
  getVersion: () => app.version,
  getName: () => "tokligence-gateway",
  getPath: () => app.folder,
  getAppPath: () => app.folder,
  whenReady: () => Promise.resolve(),
  quit: () => void app.quits++,
  relaunch: () => {},
});
const net = {
  request: ({ session: _session, redirect: _redirect, ...options }: http.RequestOptions & Record<string, unknown>) =>
    http.request(options),
};
export const system = new EventEmitter();
const parts = { app, net, session: { fromPartition: () => ({}) }, autoUpdater: system };

Object.assign(globalThis, { updaterElectron: parts });
const source = `module.exports = globalThis.updaterElectron;`;
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === "electron"
      ? { url: "stand-in:electron", format: "commonjs", shortCircuit: true }
      : next(specifier, context),
  load: (url, context, next) =>
    url === "stand-in:electron" ? { format: "commonjs", source, shortCircuit: true } : next(url, context),
});

/** How often the app was told to quit. */
export const quits = (): number => app.quits;
/** As Electron says it at the very end. */
export const sayQuit = (): void => void app.emit("quit", {}, 0);

/**
 * An updater as a packaged app has it.
 * @param folder takes the packaged app's own file about updates, what is downloaded, and the app itself.
 */
export async function realUpdater(
  kind: "AppImageUpdater" | "NsisUpdater",
  { folder, url, version = "1.0.0", publisher }: { folder: string; url: string; version?: string; publisher?: string },
): Promise<Updater.AppUpdater> {
  Object.assign(app, { folder, version, quits: 0 });
  app.removeAllListeners();
  system.removeAllListeners();
  const feed = {
    provider: "generic",
    url,
    updaterCacheDirName: "tokligence-gateway-updater",
    publisherName: publisher,
  };
  writeFileSync(join(folder, "app-update.yml"), JSON.stringify(feed));
  Object.defineProperty(process, "resourcesPath", { value: folder, configurable: true });
  process.env["XDG_CACHE_HOME"] = folder;
  process.env["LOCALAPPDATA"] = folder;
  process.env["APPIMAGE"] = join(folder, "tokligence-gateway.AppImage");
  const { [kind]: Kind } = await import("electron-updater");
  return new Kind();
}
