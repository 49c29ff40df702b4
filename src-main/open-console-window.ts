import type { ElectronParts, WindowPart } from "./electron-parts.ts";

/** The window with the console. It goes nowhere else: links to other places open in the person's own browser. */
export function openConsoleWindow(
  { BrowserWindow, shell }: ElectronParts,
  consoleUrl: string,
  preloadPath: string,
): WindowPart {
  const window = new BrowserWindow({
    width: 1200,
    height: 800,
    minWidth: 400,
    minHeight: 480,
    title: "Tokligence Gateway",
    autoHideMenuBar: true,
    // Shown when it is drawn, instead of white first.
    show: false,
    webPreferences: {
      preload: preloadPath,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
    },
  });
  const { webContents } = window;
  const home = new URL(consoleUrl).origin;
  webContents.setWindowOpenHandler(({ url }) => {
    openOutside(shell, url);
    return { action: "deny" };
  });
  webContents.on("will-frame-navigate", (event) => {
    if (originOf(event.url) === home) return;
    event.preventDefault();
    if (event.isMainFrame) openOutside(shell, event.url);
  });
  // The copy buttons need the one; a page on loopback has no business with the others.
  webContents.session.setPermissionRequestHandler((_asker, permission, answer) =>
    answer(permission === "clipboard-sanitized-write"),
  );
  window.once("ready-to-show", () => window.show());
  // A failure to load is shown by the page that the window then has; the gateway itself is running.
  window.loadURL(consoleUrl).catch(() => window.show());
  return window;
}

/** Other schemes could start programs. */
function openOutside(shell: ElectronParts["shell"], url: string): void {
  if (/^https?:\/\//i.test(url)) void shell.openExternal(url);
}

function originOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).origin : null;
}
