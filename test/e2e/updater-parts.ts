/** What electron-updater asks of Electron besides what the app does, for the stand-in. */
import { EventEmitter } from "node:events";
import http from "node:http";
import type { ElectronParts } from "../../src-main/electron-parts.ts";

/** @param folder with the packaged app's own file about updates in it; it is a packaged app then. */
export function updaterParts(parts: ElectronParts, folder: string): ElectronParts & Record<string, unknown> {
  const app = Object.assign(parts.app, {
    isPackaged: true,
    getVersion: () => "0.1.0",
    getName: () => "tokligence-gateway",
    getAppPath: () => folder,
    once: parts.app.on,
  });
  Object.defineProperty(process, "resourcesPath", { value: folder });
  const net = {
    request: ({ session: _session, redirect: _redirect, ...options }: http.RequestOptions & Record<string, unknown>) =>
      http.request(options),
  };
  const session = { fromPartition: () => ({}) };
  return { ...parts, app, net, session, autoUpdater: new EventEmitter() };
}
