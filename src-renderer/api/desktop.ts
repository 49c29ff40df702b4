import type { DesktopBridge } from "../../src-main/preload.ts";

type PopoverBridge = DesktopBridge["popover"];
export type PopoverState = Awaited<ReturnType<PopoverBridge["get"]>>;
export type PopoverAction = Parameters<PopoverBridge["act"]>[0];

/** The app around this page; null in a browser. */
export const desktop = (): DesktopBridge | null =>
  (globalThis as typeof globalThis & { desktop?: DesktopBridge }).desktop ?? null;
