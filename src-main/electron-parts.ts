import type {
  App,
  BrowserWindow,
  BrowserWindowConstructorOptions,
  Dialog,
  Session,
  Shell,
  WebContents,
} from "electron";

/** What the desktop app uses of Electron, in Electron's own types: the module itself fits, and so does a stand-in. */
export interface ElectronParts {
  app: Pick<App, "requestSingleInstanceLock" | "on" | "whenReady" | "quit" | "exit">;
  dialog: Pick<Dialog, "showMessageBox">;
  shell: Pick<Shell, "openExternal">;
  BrowserWindow: new (options: BrowserWindowConstructorOptions) => WindowPart;
}

export interface WindowPart
  extends Pick<BrowserWindow, "loadURL" | "show" | "focus" | "restore" | "isMinimized" | "isDestroyed" | "once"> {
  webContents: WebContentsPart;
}

export interface WebContentsPart extends Pick<WebContents, "on" | "setWindowOpenHandler"> {
  session: Pick<Session, "setPermissionRequestHandler">;
}
