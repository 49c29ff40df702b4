/** What the console may know and ask of the desktop around it; there is no other way from the page to this computer. */
import { contextBridge, ipcRenderer } from "electron";
import { CHANNELS, POPOVER_CHANNELS, UPDATE_CHANNEL_NAMES } from "./ipc/channels.ts";
import type { PreferenceChanges, ShownPreferences } from "./ipc/contract.ts";
import type { PopoverAction } from "./ipc/popover-contract.ts";
import type { UpdateChoiceChanges } from "./ipc/updates-contract.ts";
import type { PopoverState } from "./popover/popover-state.ts";
import type { UpdateAction, UpdateState } from "./updates/types.ts";

/** Answered to the popover's own window only. */
const popover = {
  get: () => ipcRenderer.invoke(POPOVER_CHANNELS.get) as Promise<PopoverState>,
  act: (action: PopoverAction) =>
    ipcRenderer.invoke(POPOVER_CHANNELS.act, action) as Promise<{ problem: string | null }>,
  fit: (height: number) => ipcRenderer.invoke(POPOVER_CHANNELS.fit, height) as Promise<void>,
  hide: () => ipcRenderer.invoke(POPOVER_CHANNELS.hide) as Promise<void>,
  onChange: (listener: (state: PopoverState) => void) => {
    ipcRenderer.on(POPOVER_CHANNELS.changed, (_event, state: PopoverState) => listener(state));
  },
};

const updates = {
  get: () => ipcRenderer.invoke(UPDATE_CHANNEL_NAMES.get) as Promise<UpdateState>,
  act: (action: UpdateAction) => ipcRenderer.invoke(UPDATE_CHANNEL_NAMES.act, action) as Promise<UpdateState>,
  choose: (changes: UpdateChoiceChanges) =>
    ipcRenderer.invoke(UPDATE_CHANNEL_NAMES.choose, changes) as Promise<UpdateState>,
};

const desktop = {
  platform: process.platform,
  version: __VERSION__,
  getPreferences: () => ipcRenderer.invoke(CHANNELS.getPreferences) as Promise<ShownPreferences>,
  setPreferences: (changes: PreferenceChanges) =>
    ipcRenderer.invoke(CHANNELS.setPreferences, changes) as Promise<ShownPreferences>,
  popover,
  updates,
};

export type DesktopBridge = typeof desktop;

contextBridge.exposeInMainWorld("desktop", desktop);
