/** What the console may know of the desktop around it; there is no other way from the page to this computer. */
import { contextBridge } from "electron";

contextBridge.exposeInMainWorld("desktop", { platform: process.platform, version: __VERSION__ });
