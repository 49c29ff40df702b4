/**
 * The desktop app: hosts the gateway in Electron's main process and shows its console in one window.
 *
 * Everything of Electron comes in as an argument, so that its behaviour can be tested where no Electron is. `index.ts` is
 * the entry that joins both.
 */
import type { Gateway } from "../src-gateway/index.ts";
import type { ElectronParts, WindowPart } from "./electron-parts.ts";
import { explainStartFailure } from "./explain-start-failure.ts";
import { openConsoleWindow } from "./open-console-window.ts";

export interface DesktopOptions {
  electron: ElectronParts;
  platform: NodeJS.Platform;
  preloadPath: string;
  /** Makes a gateway that is not started yet; called again when the person wants another try. */
  createGateway: () => Promise<Gateway>;
}

export function runDesktop(options: DesktopOptions): void {
  const { app } = options.electron;
  // The first instance has the port and the database; it is told and shows its window.
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return;
  }
  const desktop = createDesktop(options);
  app.on("second-instance", desktop.showWindow);
  app.on("activate", desktop.showWindow);
  app.on("window-all-closed", () => {
    // On a Mac, an app without windows goes on until it is quit.
    if (options.platform !== "darwin") app.quit();
  });
  app.on("will-quit", desktop.drain);
  // Awaited at the top level of the entry, "ready" would never come: it is told after the entry has been evaluated.
  void app.whenReady().then(desktop.boot);
}

interface Desktop {
  boot: () => Promise<void>;
  showWindow: () => void;
  drain: (event: { preventDefault: () => void }) => void;
}

function createDesktop({ electron, preloadPath, createGateway }: DesktopOptions): Desktop {
  let gateway: Gateway | null = null;
  let isRunning = false;
  let window: WindowPart | null = null;
  let stopping: Promise<void> | null = null;
  let isDrained = false;

  const showWindow = (): void => {
    if (gateway === null || !isRunning) return;
    if (window === null || window.isDestroyed()) {
      // Whoever sits at this computer started the app: the window does not ask them to sign in.
      window = openConsoleWindow(electron, gateway.signInUrl(), preloadPath);
      return;
    }
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
  };
  return {
    showWindow,
    async boot() {
      for (;;) {
        try {
          gateway = await createGateway();
          await gateway.start();
          isRunning = true;
          showWindow();
          return;
        } catch (error) {
          await gateway?.stop().catch(() => {});
          gateway = null;
          if (!(await wantsAnotherTry(electron, error))) return electron.app.quit();
        }
      }
    },
    drain(event) {
      if (isDrained || gateway === null) return;
      // Open streams end and the ledger is written first; then the same way out is taken again.
      event.preventDefault();
      stopping ??= gateway.stop().then(
        () => {
          isDrained = true;
          electron.app.quit();
        },
        () => electron.app.exit(1),
      );
    },
  };
}

async function wantsAnotherTry({ dialog }: ElectronParts, error: unknown): Promise<boolean> {
  const { message, detail } = explainStartFailure(error);
  const { response } = await dialog.showMessageBox({
    type: "error",
    title: "Tokligence Gateway",
    message,
    detail,
    buttons: ["Try again", "Quit"],
    defaultId: 0,
    cancelId: 1,
    noLink: true,
  });
  return response === 0;
}
