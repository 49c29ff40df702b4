/** The one window: made when it is wanted, hidden when it is closed, let go of when nobody has looked at it for a while. */
import type { ElectronParts, WindowPart } from "../electron-parts.ts";
import { isSentBy, type Sender } from "../ipc/sender.ts";
import type { WindowState } from "../preferences.ts";
import type { ConsolePage } from "../tray/types.ts";
import { openConsoleWindow } from "./console-window.ts";

/** A renderer takes more memory than all the rest of the app. */
const IDLE_MS = 10 * 60_000;

export interface WindowKeeper {
  /** Does nothing while there is no console to show. */
  show: (page?: ConsolePage) => void;
  toggle: () => void;
  /** Whether a message comes from the console in our own window. */
  isOwn: (sender: Sender) => boolean;
  /** Closing ends windows from now on, instead of hiding them. */
  release(): void;
}

export function createWindowKeeper(options: {
  electron: Pick<ElectronParts, "BrowserWindow" | "shell" | "screen">;
  preloadPath: string;
  /** Null while no gateway runs. */
  console: () => { url: string; signInUrl: string } | null;
  /** Whether a hidden window can be found again. */
  canHide: () => boolean;
  state: () => WindowState | null;
  keep: (state: WindowState) => void;
  idleMs?: number;
}): WindowKeeper {
  const { electron, preloadPath, console, canHide, state, keep, idleMs = IDLE_MS } = options;
  let window: WindowPart | null = null;
  let isReleased = false;
  let idle: NodeJS.Timeout | null = null;

  const current = (): WindowPart | null => (window === null || window.isDestroyed() ? null : window);
  const wake = (): void => {
    if (idle !== null) clearTimeout(idle);
    idle = null;
  };
  const open = (page: ConsolePage | undefined): void => {
    const shown = console();
    if (shown === null) return;
    // Whoever sits at this computer started the app: the window does not ask them to sign in.
    const opened = openConsoleWindow({ electron, url: shown.signInUrl, preloadPath, state: state(), isShown: true });
    window = opened;
    if (page !== undefined && page !== "overview") goOnceSignedIn(opened, pageUrl(shown.url, page));
    opened.on("close", (event) => {
      const { x, y, width, height } = opened.getNormalBounds();
      keep({ x, y, width, height, isMaximized: opened.isMaximized() });
      if (isReleased || !canHide()) return;
      event.preventDefault();
      opened.hide();
      wake();
      idle = setTimeout(() => opened.isDestroyed() || opened.destroy(), idleMs);
    });
  };
  const show = (page?: ConsolePage): void => {
    wake();
    const shown = console();
    const there = current();
    if (there === null || shown === null) return open(page);
    if (page !== undefined) there.loadURL(pageUrl(shown.url, page)).catch(() => {});
    if (there.isMinimized()) there.restore();
    there.show();
    there.focus();
  };
  return {
    show,
    toggle() {
      const there = current();
      if (there?.isVisible() && !there.isMinimized() && canHide()) there.hide();
      else show();
    },
    isOwn: (sender) => isSentBy(current()?.webContents.id, console()?.url ?? null, sender),
    release() {
      isReleased = true;
      wake();
    },
  };
}

/** The console signs in with a code in its address first, and takes that away. */
function goOnceSignedIn(window: WindowPart, url: string): void {
  let isDone = false;
  window.webContents.on("did-navigate-in-page", (_event, now) => {
    if (isDone || now.includes("#code=")) return;
    isDone = true;
    window.loadURL(url).catch(() => {});
  });
}

/** Pages whose address is not their name. */
const ADDRESSES: Partial<Record<ConsolePage, string>> = { overview: "", updates: "settings?part=updates" };

const pageUrl = (consoleUrl: string, page: ConsolePage): string => `${consoleUrl}#/${ADDRESSES[page] ?? page}`;
