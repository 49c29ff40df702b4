/** As much of Electron as the desktop app uses, in Electron's own types; it records what is asked of it. */
import { EventEmitter } from "node:events";
import type {
  BrowserWindowConstructorOptions,
  HandlerDetails,
  IpcMainInvokeEvent,
  MenuItemConstructorOptions,
  MessageBoxOptions,
  NotificationConstructorOptions,
  Rectangle,
  Session,
  WindowOpenHandlerResponse,
} from "electron";
import type { ElectronParts, TrayPart, WindowPart } from "../../src-main/electron-parts.ts";
import { findItem, type StandInMenu, standInMenu } from "./menu-stand-in.ts";

type PermissionHandler = NonNullable<Parameters<Session["setPermissionRequestHandler"]>[0]>;
type CheckHandler = NonNullable<Parameters<Session["setPermissionCheckHandler"]>[0]>;

export interface StandInWindow {
  id: number;
  options: BrowserWindowConstructorOptions;
  url: string;
  calls: string[];
  isMinimized: boolean;
  isVisible: boolean;
  isDestroyed: boolean;
  bounds: Rectangle;
  /** Electron's own events of the window and of its page. */
  emit(event: "ready-to-show" | "blur"): void;
  /** What the app has told its page. */
  sent: { channel: string; value: unknown }[];
  /** As the person does; the app may hide it instead. */
  close(): void;
  /** The page has gone somewhere within itself. */
  goInPage(url: string): void;
  /** Tries to go somewhere; says whether that was let happen. */
  navigate(url: string, isMainFrame?: boolean): boolean;
  openWindow(url: string): WindowOpenHandlerResponse;
  asksFor(permission: string, url?: string): boolean;
  /** As its preload script asks. */
  invoke(channel: string, ...args: unknown[]): Promise<unknown>;
}

export interface StandInTray {
  icon: string;
  tooltip: string;
  title: string;
  menu: StandInMenu | null;
  /** How often it was given a menu. */
  menus: number;
  /** The menus that were shown at the app's own wish. */
  poppedUp: StandInMenu[];
  /** The icon is there. */
  bounds: Rectangle;
  emit(event: "click" | "right-click" | "mouse-enter"): void;
}

type AppEvent = "activate" | "window-all-closed" | "before-quit";
export interface ElectronStandIn {
  parts: ElectronParts;
  windows: StandInWindow[];
  trays: StandInTray[];
  notifications: (NotificationConstructorOptions & { click(): void })[];
  clipboard: string[];
  openedOutside: string[];
  dialogs: MessageBoxOptions[];
  /** What the person presses in dialogs, in order. */
  answers: number[];
  loginItems: object[];
  shortcuts: Map<string, () => void>;
  /** Hears what windows are told, by their id. */
  onSend: (windowId: number, channel: string, value: unknown) => void;
  /** How many times the app asked to quit, and the code it ended with. */
  quits: number;
  exitCode: number | null;
  /** Lets "ready" happen. */
  becomeReady(): void;
  emit(event: AppEvent): void;
  secondInstance(args: string[]): void;
  power(event: "suspend" | "resume"): void;
  /** What a click on an item of the tray's menu does. */
  clickTray(id: string): void;
  /** As Electron does when it is about to end; says whether it may. */
  willQuit(): boolean;
  /** Asks as a page does that is not the app's own. */
  invokeFrom(
    sender: { id: number; url: string; isMainFrame: boolean },
    channel: string,
    ...args: unknown[]
  ): Promise<unknown>;
}

type Listener = (event: IpcMainInvokeEvent, ...args: unknown[]) => unknown;

export function createElectronStandIn({
  isFirst = true,
  answers = [] as number[],
  userData = "/nowhere",
  displays = [{ x: 0, y: 0, width: 1920, height: 1080 }],
} = {}): ElectronStandIn {
  const [events, power, theme] = [new EventEmitter(), new EventEmitter(), new EventEmitter()];
  const ready = Promise.withResolvers<void>();
  const handlers = new Map<string, Listener>();
  const standIn: Omit<ElectronStandIn, "parts"> = {
    windows: [],
    trays: [],
    notifications: [],
    clipboard: [],
    openedOutside: [],
    dialogs: [],
    answers,
    loginItems: [],
    shortcuts: new Map(),
    onSend: () => {},
    quits: 0,
    exitCode: null,
    becomeReady: () => ready.resolve(),
    emit: (event) => void events.emit(event),
    secondInstance: (args) => void events.emit("second-instance", {}, args),
    power: (event) => void power.emit(event),
    clickTray: (id) => findItem(trayMenu(result.trays[0]), id).choose(),
    willQuit() {
      let mayQuit = true;
      events.emit("before-quit", { preventDefault: () => {} });
      events.emit("will-quit", { preventDefault: () => (mayQuit = false) });
      return mayQuit;
    },
    async invokeFrom({ id, url, isMainFrame }, channel, ...args) {
      const listener = handlers.get(channel);
      if (listener === undefined) throw new Error(`No handler registered for '${channel}'`);
      const event = { sender: { id }, senderFrame: { url, parent: isMainFrame ? null : {} } };
      return structuredClone(await listener(event as unknown as IpcMainInvokeEvent, ...structuredClone(args)));
    },
  };
  const parts: ElectronParts = {
    app: {
      requestSingleInstanceLock: () => isFirst,
      releaseSingleInstanceLock: () => {},
      on: listen(events) as ElectronParts["app"]["on"],
      whenReady: () => ready.promise,
      quit: () => void result.quits++,
      exit: (code) => void (result.exitCode = code ?? 0),
      getPath: () => userData,
      setLoginItemSettings: (settings) => void result.loginItems.push(settings),
      setAsDefaultProtocolClient: () => true,
      isPackaged: false,
    },
    dialog: {
      showMessageBox: (...args: unknown[]) => {
        result.dialogs.push(args.at(-1) as MessageBoxOptions);
        return Promise.resolve({ response: answers.shift() ?? 1, checkboxChecked: false });
      },
    },
    shell: { openExternal: (url) => Promise.resolve(void result.openedOutside.push(url)) },
    clipboard: { writeText: (text) => Promise.resolve(void result.clipboard.push(text)) },
    globalShortcut: {
      register: (accelerator, callback) => {
        if (accelerator === "Taken") return false;
        result.shortcuts.set(accelerator, callback);
        return true;
      },
      unregisterAll: () => result.shortcuts.clear(),
    },
    powerMonitor: { on: listen(power) as ElectronParts["powerMonitor"]["on"] },
    screen: {
      getAllDisplays: () =>
        displays.map((workArea) => ({ bounds: workArea, workArea })) as ReturnType<
          ElectronParts["screen"]["getAllDisplays"]
        >,
    },
    nativeTheme: { on: listen(theme) as ElectronParts["nativeTheme"]["on"], shouldUseDarkColors: false },
    ipcMain: { handle: (channel, listener) => void handlers.set(channel, listener as Listener) },
    Menu: {
      buildFromTemplate: (template: MenuItemConstructorOptions[]) => standInMenu(template),
      setApplicationMenu: () => {},
    },
    // Made with `new`, which takes what a function returns.
    BrowserWindow: function BrowserWindow(options: BrowserWindowConstructorOptions) {
      const { part, window } = createWindow(options, result, result.windows.length + 1);
      result.windows.push(window);
      return part;
    } as unknown as ElectronParts["BrowserWindow"],
    Tray: function Tray(icon: string) {
      const { part, tray } = createTray(icon);
      result.trays.push(tray);
      return part;
    } as unknown as ElectronParts["Tray"],
    Notification: Object.assign(
      function Notification(options: NotificationConstructorOptions) {
        const own = new EventEmitter();
        const show = (): void => void result.notifications.push({ ...options, click: () => void own.emit("click") });
        return { show, on: listen(own) };
      },
      { isSupported: () => true },
    ) as unknown as ElectronParts["Notification"],
  };
  const result: ElectronStandIn = Object.assign(standIn, { parts });
  return result;
}

/** On macOS a menu exists for the person only once they ask for it. */
export function trayMenu(tray: StandInTray | undefined): StandInMenu | null {
  if (tray === undefined || tray.menu !== null) return tray?.menu ?? null;
  tray.emit("right-click");
  return tray.poppedUp.at(-1) ?? null;
}

const listen =
  (events: EventEmitter) =>
  (event: string, listener: (...args: unknown[]) => void): unknown =>
    events.on(event, listener);

function createTray(icon: string): { part: TrayPart; tray: StandInTray } {
  const own = new EventEmitter();
  const tray: StandInTray = {
    icon,
    tooltip: "",
    title: "",
    menu: null,
    menus: 0,
    poppedUp: [],
    bounds: { x: 1500, y: 0, width: 24, height: 24 },
    emit: (event) => void own.emit(event, {}, tray.bounds),
  };
  const part: TrayPart = {
    setImage: (image) => void (tray.icon = image as string),
    setToolTip: (text) => void (tray.tooltip = text),
    setTitle: (text) => void (tray.title = text),
    setContextMenu(menu) {
      tray.menu = menu as StandInMenu | null;
      tray.menus += 1;
    },
    popUpContextMenu: (menu) => void tray.poppedUp.push(menu as StandInMenu),
    setIgnoreDoubleClickEvents: () => {},
    on: listen(own) as TrayPart["on"],
    destroy: () => {},
  };
  return { part, tray };
}

function createWindow(
  options: BrowserWindowConstructorOptions,
  standIn: Pick<ElectronStandIn, "invokeFrom" | "emit" | "onSend">,
  id: number,
): { part: WindowPart; window: StandInWindow } {
  const own = new EventEmitter();
  const page = new EventEmitter();
  let onOpen: (details: HandlerDetails) => WindowOpenHandlerResponse = () => ({ action: "allow" });
  let onPermission: PermissionHandler = (_asker, _permission, answer) => answer(true);
  let onCheck: CheckHandler = () => true;
  const window: StandInWindow = {
    id,
    options,
    url: "",
    calls: [],
    sent: [],
    isMinimized: false,
    isVisible: false,
    isDestroyed: false,
    bounds: { x: options.x ?? 10, y: options.y ?? 10, width: options.width ?? 0, height: options.height ?? 0 },
    emit: (event) => void own.emit(event),
    close() {
      let isLet = true;
      own.emit("close", { preventDefault: () => (isLet = false) });
      if (!isLet) return;
      window.isDestroyed = true;
      standIn.emit("window-all-closed");
    },
    goInPage: (url) => void page.emit("did-navigate-in-page", {}, (window.url = url)),
    navigate(url, isMainFrame = true) {
      let isLet = true;
      page.emit("will-frame-navigate", { url, isMainFrame, preventDefault: () => (isLet = false) });
      return isLet;
    },
    openWindow: (url) => onOpen({ url } as HandlerDetails),
    asksFor(permission, url = window.url) {
      let isGranted = false;
      const answer = (granted: boolean): void => void (isGranted = granted);
      onPermission({} as never, permission as never, answer, { requestingUrl: url } as never);
      const isKnown = onCheck(null, permission as never, new URL(url).origin, {} as never);
      return isGranted && isKnown;
    },
    invoke: (channel, ...args) => standIn.invokeFrom({ id, url: window.url, isMainFrame: true }, channel, ...args),
  };
  const note = (call: string, isVisible?: boolean) => (): void => {
    window.calls.push(call);
    window.isVisible = isVisible ?? window.isVisible;
  };
  const part: WindowPart = {
    loadURL: (url) => Promise.resolve(void (window.url = url)),
    show: note("show", true),
    hide: note("hide", false),
    focus: note("focus"),
    restore: note("restore"),
    maximize: note("maximize"),
    destroy: () => void (window.isDestroyed = true),
    isMinimized: () => window.isMinimized,
    isDestroyed: () => window.isDestroyed,
    isVisible: () => window.isVisible,
    isMaximized: () => false,
    getNormalBounds: () => window.bounds,
    setBounds: (bounds) => void (window.bounds = { ...window.bounds, ...bounds }),
    setVisibleOnAllWorkspaces: () => {},
    once: listen(own) as WindowPart["once"],
    on: listen(own) as WindowPart["on"],
    webContents: {
      id,
      on: listen(page) as WindowPart["webContents"]["on"],
      send: (channel, value: unknown) => {
        window.sent.push({ channel, value: structuredClone(value) });
        standIn.onSend(id, channel, value);
      },
      setWindowOpenHandler: (handler) => void (onOpen = handler),
      session: {
        setPermissionRequestHandler: (handler) => void (onPermission = handler ?? onPermission),
        setPermissionCheckHandler: (handler) => void (onCheck = handler ?? onCheck),
        setDevicePermissionHandler: () => {},
      },
    },
  };
  return { part, window };
}
