import type { ElectronParts, WindowPart } from "../electron-parts.ts";
import { keepAtHome, webPreferences } from "./console-window.ts";

export const POPOVER_WIDTH = 340;
export const POPOVER_HEIGHT = { least: 120, first: 420, most: 560 };

/** The small window beside the tray's icon: no frame, above the others, on no list of windows, and not shown yet. */
export function openPopoverWindow({
  electron,
  url,
  preloadPath,
}: {
  electron: Pick<ElectronParts, "BrowserWindow" | "shell" | "nativeTheme">;
  url: string;
  preloadPath: string;
}): WindowPart {
  const window = new electron.BrowserWindow({
    width: POPOVER_WIDTH,
    height: POPOVER_HEIGHT.first,
    title: "Tokligence Gateway",
    show: false,
    frame: false,
    resizable: false,
    movable: false,
    minimizable: false,
    maximizable: false,
    fullscreenable: false,
    skipTaskbar: true,
    alwaysOnTop: true,
    // As the page's own, so that nothing flashes before it is drawn.
    backgroundColor: electron.nativeTheme.shouldUseDarkColors ? "#191b20" : "#ffffff",
    webPreferences: webPreferences(preloadPath),
  });
  keepAtHome(window, new URL(url).origin, electron.shell);
  // It belongs to the menu bar, which is on every desktop and above a program that fills the screen.
  window.setVisibleOnAllWorkspaces(true, { visibleOnFullScreen: true });
  return window;
}
