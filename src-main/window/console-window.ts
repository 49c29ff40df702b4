import type { ElectronParts, WindowPart } from "../electron-parts.ts";
import type { WindowState } from "../preferences.ts";
import { fitWindow, MIN_SIZE } from "./fit-window.ts";

export interface ConsoleWindowOptions {
  electron: Pick<ElectronParts, "BrowserWindow" | "shell" | "screen">;
  /** With the code that signs it in. */
  url: string;
  preloadPath: string;
  state: WindowState | null;
  /** False for a window that waits until somebody wants it. */
  isShown: boolean;
}

/** The window with the console. It goes nowhere else: links to other places open in the person's own browser. */
export function openConsoleWindow({ electron, url, preloadPath, state, isShown }: ConsoleWindowOptions): WindowPart {
  const displays = electron.screen.getAllDisplays().map(({ workArea }) => workArea);
  const window = new electron.BrowserWindow({
    ...fitWindow(state, displays),
    minWidth: MIN_SIZE.width,
    minHeight: MIN_SIZE.height,
    title: "Tokligence Gateway",
    autoHideMenuBar: true,
    // Shown when it is drawn, instead of white first.
    show: false,
    webPreferences: webPreferences(preloadPath),
  });
  keepAtHome(window, new URL(url).origin, electron.shell);
  if (state?.isMaximized) window.maximize();
  if (isShown) window.once("ready-to-show", () => window.show());
  // A failure to load is shown by the page that the window then has; the gateway itself is running.
  window.loadURL(url).catch(() => {
    if (isShown) window.show();
  });
  return window;
}

/** What every page of ours may: nothing but what its preload script offers. */
export const webPreferences = (preloadPath: string) => ({
  preload: preloadPath,
  sandbox: true,
  contextIsolation: true,
  nodeIntegration: false,
  webviewTag: false,
  spellcheck: false,
});

/** Its page goes nowhere else, and is granted nothing but writing to the clipboard. */
export function keepAtHome({ webContents }: WindowPart, home: string, shell: ElectronParts["shell"]): void {
  webContents.setWindowOpenHandler(({ url }) => {
    openOutside(shell, url);
    return { action: "deny" };
  });
  webContents.on("will-frame-navigate", (event) => {
    if (originOf(event.url) === home) return;
    event.preventDefault();
    if (event.isMainFrame) openOutside(shell, event.url);
  });
  webContents.on("will-attach-webview", (event) => event.preventDefault());
  // The copy buttons need the one; a page on loopback has no business with the others.
  const isAllowed = (permission: string, origin: string | null): boolean =>
    permission === "clipboard-sanitized-write" && origin === home;
  const { session } = webContents;
  session.setPermissionRequestHandler((_asker, permission, answer, { requestingUrl }) =>
    answer(isAllowed(permission, originOf(requestingUrl))),
  );
  session.setPermissionCheckHandler((_asker, permission, origin) => isAllowed(permission, originOf(origin)));
  session.setDevicePermissionHandler(() => false);
}

/** Other schemes could start programs. */
export function openOutside(shell: ElectronParts["shell"], url: string): void {
  if (!URL.canParse(url)) return;
  const { protocol, username, password, href } = new URL(url);
  if ((protocol === "https:" || protocol === "http:") && username === "" && password === "")
    void shell.openExternal(href);
}

function originOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).origin : null;
}
