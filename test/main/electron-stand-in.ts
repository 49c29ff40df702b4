/** As much of Electron as the desktop app uses, in Electron's own types; it records what is asked of it. */
import { EventEmitter } from "node:events";
import type {
  BrowserWindowConstructorOptions,
  HandlerDetails,
  MessageBoxOptions,
  Session,
  WindowOpenHandlerResponse,
} from "electron";
import type { ElectronParts, WindowPart } from "../../src-main/electron-parts.ts";

type PermissionHandler = NonNullable<Parameters<Session["setPermissionRequestHandler"]>[0]>;

export interface StandInWindow {
  options: BrowserWindowConstructorOptions;
  url: string;
  calls: string[];
  isMinimized: boolean;
  isDestroyed: boolean;
  /** Electron's own events of the window and of its page. */
  emit(event: "ready-to-show"): void;
  /** Tries to go somewhere; says whether that was let happen. */
  navigate(url: string, isMainFrame?: boolean): boolean;
  openWindow(url: string): WindowOpenHandlerResponse;
  asksFor(permission: string): boolean;
}

export interface ElectronStandIn {
  parts: ElectronParts;
  windows: StandInWindow[];
  openedOutside: string[];
  dialogs: MessageBoxOptions[];
  /** How many times the app asked to quit, and the code it ended with. */
  quits: number;
  exitCode: number | null;
  /** Lets "ready" happen. */
  becomeReady(): void;
  emit(event: "second-instance" | "activate" | "window-all-closed"): void;
  /** As Electron does when it is about to end; says whether it may. */
  willQuit(): boolean;
}

/** @param answers what the person presses in dialogs, in order. */
export function createElectronStandIn({ isFirst = true, answers = [] as number[] } = {}): ElectronStandIn {
  const events = new EventEmitter();
  const ready = Promise.withResolvers<void>();
  const standIn: Omit<ElectronStandIn, "parts"> = {
    windows: [],
    openedOutside: [],
    dialogs: [],
    quits: 0,
    exitCode: null,
    becomeReady: () => ready.resolve(),
    emit: (event) => void events.emit(event),
    willQuit() {
      let mayQuit = true;
      events.emit("will-quit", { preventDefault: () => (mayQuit = false) });
      return mayQuit;
    },
  };
  const parts: ElectronParts = {
    app: {
      requestSingleInstanceLock: () => isFirst,
      on: listen(events) as ElectronParts["app"]["on"],
      whenReady: () => ready.promise,
      quit: () => void result.quits++,
      exit: (code) => void (result.exitCode = code ?? 0),
    },
    dialog: {
      showMessageBox: (...args: unknown[]) => {
        result.dialogs.push(args.at(-1) as MessageBoxOptions);
        return Promise.resolve({ response: answers.shift() ?? 1, checkboxChecked: false });
      },
    },
    shell: { openExternal: (url) => Promise.resolve(void result.openedOutside.push(url)) },
    // Made with `new`, which takes what a function returns.
    BrowserWindow: function BrowserWindow(options: BrowserWindowConstructorOptions) {
      const { part, window } = createWindow(options);
      result.windows.push(window);
      return part;
    } as unknown as ElectronParts["BrowserWindow"],
  };
  const result: ElectronStandIn = Object.assign(standIn, { parts });
  return result;
}

const listen =
  (events: EventEmitter) =>
  (event: string, listener: (...args: unknown[]) => void): unknown =>
    events.on(event, listener);

function createWindow(options: BrowserWindowConstructorOptions): { part: WindowPart; window: StandInWindow } {
  const own = new EventEmitter();
  const page = new EventEmitter();
  let onOpen: (details: HandlerDetails) => WindowOpenHandlerResponse = () => ({ action: "allow" });
  let onPermission: PermissionHandler = (_asker, _permission, answer) => answer(true);
  const window: StandInWindow = {
    options,
    url: "",
    calls: [],
    isMinimized: false,
    isDestroyed: false,
    emit: (event) => void own.emit(event),
    navigate(url, isMainFrame = true) {
      let isLet = true;
      page.emit("will-frame-navigate", { url, isMainFrame, preventDefault: () => (isLet = false) });
      return isLet;
    },
    openWindow: (url) => onOpen({ url } as HandlerDetails),
    asksFor(permission) {
      let isGranted = false;
      const answer = (granted: boolean): void => void (isGranted = granted);
      onPermission({} as never, permission as never, answer, {} as never);
      return isGranted;
    },
  };
  const part: WindowPart = {
    loadURL: (url) => Promise.resolve(void (window.url = url)),
    show: () => void window.calls.push("show"),
    focus: () => void window.calls.push("focus"),
    restore: () => void window.calls.push("restore"),
    isMinimized: () => window.isMinimized,
    isDestroyed: () => window.isDestroyed,
    once: listen(own) as WindowPart["once"],
    webContents: {
      on: listen(page) as WindowPart["webContents"]["on"],
      setWindowOpenHandler: (handler) => void (onOpen = handler),
      session: { setPermissionRequestHandler: (handler) => void (onPermission = handler ?? onPermission) },
    },
  };
  return { part, window };
}
