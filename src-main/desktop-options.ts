import type { Gateway } from "../src-gateway/index.ts";
import type { ElectronParts } from "./electron-parts.ts";
import type { UpdateFeed } from "./updates/types.ts";

export interface DesktopOptions {
  electron: ElectronParts;
  platform: NodeJS.Platform;
  /** Of this start. */
  args: readonly string[];
  preloadPath: string;
  /** With the tray's icons in it. */
  assetsDir: string;
  /** `~/.config`, or where the desktop says; where Linux keeps what is opened at login. */
  configHome: string;
  /** What a later start has to start. */
  program: string;
  /** Whether somebody shows tray icons here. */
  hasTray: () => Promise<boolean>;
  /** Where new versions of the app come from; without it, another program brings them. */
  openFeed?: (() => Promise<UpdateFeed>) | null;
  /**
   * Makes a gateway that is not started yet; called again when the person wants another try.
   * @param port the one that the person chose instead of that of the settings; null for that of the settings.
   */
  createGateway: (port: number | null) => Promise<Gateway>;
}
