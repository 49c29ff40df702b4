import type {
  App,
  BrowserWindow,
  BrowserWindowConstructorOptions,
  Clipboard,
  Dialog,
  GlobalShortcut,
  IpcMain,
  Menu,
  MenuItemConstructorOptions,
  NativeTheme,
  Notification,
  NotificationConstructorOptions,
  PowerMonitor,
  Screen,
  Session,
  Shell,
  Tray,
  WebContents,
} from "electron";

/** What the desktop app uses of Electron, in Electron's own types: the module itself fits, and so does a stand-in. */
export interface ElectronParts {
  app: Pick<
    App,
    | "requestSingleInstanceLock"
    | "releaseSingleInstanceLock"
    | "on"
    | "whenReady"
    | "quit"
    | "exit"
    | "getPath"
    | "setLoginItemSettings"
    | "setAsDefaultProtocolClient"
    | "isPackaged"
  >;
  dialog: Pick<Dialog, "showMessageBox">;
  shell: Pick<Shell, "openExternal">;
  clipboard: Pick<Clipboard, "writeText">;
  globalShortcut: Pick<GlobalShortcut, "register" | "unregisterAll">;
  powerMonitor: Pick<PowerMonitor, "on">;
  screen: Pick<Screen, "getAllDisplays">;
  nativeTheme: Pick<NativeTheme, "on" | "shouldUseDarkColors">;
  ipcMain: Pick<IpcMain, "handle">;
  Menu: {
    buildFromTemplate(template: MenuItemConstructorOptions[]): Menu;
    setApplicationMenu(menu: Menu | null): void;
  };
  BrowserWindow: new (options: BrowserWindowConstructorOptions) => WindowPart;
  Tray: new (image: string) => TrayPart;
  Notification: { new (options: NotificationConstructorOptions): NotificationPart; isSupported(): boolean };
}

export type TrayPart = Pick<
  Tray,
  | "setImage"
  | "setToolTip"
  | "setTitle"
  | "setContextMenu"
  | "popUpContextMenu"
  | "setIgnoreDoubleClickEvents"
  | "on"
  | "destroy"
>;
export type NotificationPart = Pick<Notification, "show" | "on">;

export interface WindowPart
  extends Pick<
    BrowserWindow,
    | "loadURL"
    | "show"
    | "hide"
    | "focus"
    | "restore"
    | "destroy"
    | "isMinimized"
    | "isDestroyed"
    | "isVisible"
    | "isMaximized"
    | "maximize"
    | "getNormalBounds"
    | "setBounds"
    | "setVisibleOnAllWorkspaces"
    | "once"
    | "on"
  > {
  webContents: WebContentsPart;
}

export interface WebContentsPart extends Pick<WebContents, "on" | "send" | "setWindowOpenHandler" | "id"> {
  session: Pick<Session, "setPermissionRequestHandler" | "setPermissionCheckHandler" | "setDevicePermissionHandler">;
}
