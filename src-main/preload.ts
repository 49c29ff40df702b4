/** What the console may know and ask of the desktop around it; there is no other way from the page to this computer. */
import { contextBridge, ipcRenderer } from "electron";
import { CHANNELS } from "./ipc/channels.ts";
import type { PreferenceChanges, ShownPreferences } from "./ipc/contract.ts";

const desktop = {
  platform: process.platform,
  version: __VERSION__,
  getPreferences: () => ipcRenderer.invoke(CHANNELS.getPreferences) as Promise<ShownPreferences>,
  setPreferences: (changes: PreferenceChanges) =>
    ipcRenderer.invoke(CHANNELS.setPreferences, changes) as Promise<ShownPreferences>,
};

export type DesktopBridge = typeof desktop;

contextBridge.exposeInMainWorld("desktop", desktop);
