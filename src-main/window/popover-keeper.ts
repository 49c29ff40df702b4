/** The popover: made before it is wanted, shown where the icon is, hidden when somebody looks elsewhere, let go of when idle. */
import type { ElectronParts, WindowPart } from "../electron-parts.ts";
import { isSentBy, type Sender } from "../ipc/sender.ts";
import { type Area, placePopover } from "./place-popover.ts";
import { openPopoverWindow, POPOVER_HEIGHT, POPOVER_WIDTH } from "./popover-window.ts";

/** As the console's window: a renderer takes more memory than all the rest of the app. */
const IDLE_MS = 10 * 60_000;
/** A click on the icon takes the focus away first: what that has hidden is not to be shown again by the same click. */
const SAME_CLICK_MS = 250;

export interface PopoverKeeper {
  /** Makes it, hidden, so that the next click finds it drawn. */
  prepare(): void;
  /** @returns false while there is nothing to show. */
  toggle(icon: Area): boolean;
  hide(): void;
  /** The page is drawn, and this high. */
  fit(height: number): void;
  send(channel: string, value: unknown): void;
  isAlive(): boolean;
  isOwn(sender: Sender): boolean;
  /** Closing ends it from now on, instead of hiding it. */
  release(): void;
}

export interface PopoverKeeperOptions {
  electron: Pick<ElectronParts, "BrowserWindow" | "shell" | "screen" | "nativeTheme">;
  preloadPath: string;
  /** Of the gateway's console; null while none can be reached. */
  consoleUrl: () => string | null;
  idleMs?: number;
  nowMs?: () => number;
}

export const createPopoverKeeper = (options: PopoverKeeperOptions): PopoverKeeper => new Keeper(options);

class Keeper implements PopoverKeeper {
  private readonly options: PopoverKeeperOptions;
  private window: WindowPart | null = null;
  private home: string | null = null;
  private icon: Area | null = null;
  private height: number | null = null;
  private isWanted = false;
  private isReleased = false;
  private blurredMs = Number.NEGATIVE_INFINITY;
  private idle: NodeJS.Timeout | null = null;

  constructor(options: PopoverKeeperOptions) {
    this.options = options;
  }

  prepare(): void {
    const home = this.options.consoleUrl();
    if (home === null || this.isReleased) return;
    // Another port is another gateway.
    if (this.isAlive() && this.home !== home) this.drop();
    if (!this.isAlive()) this.open(home);
    if (!this.isWanted) this.restAgain();
  }

  toggle(icon: Area): boolean {
    if (this.options.consoleUrl() === null) return false;
    this.icon = icon;
    if (this.isWanted) this.hide();
    else if (this.nowMs() - this.blurredMs > SAME_CLICK_MS) {
      this.isWanted = true;
      this.prepare();
      this.show();
    }
    return true;
  }

  hide(): void {
    this.isWanted = false;
    if (this.isAlive()) this.window?.hide();
    this.restAgain();
  }

  fit(height: number): void {
    const isFirst = this.height === null;
    this.height = Math.max(POPOVER_HEIGHT.least, Math.min(height, POPOVER_HEIGHT.most));
    if (isFirst) this.show();
    else this.place();
  }

  send(channel: string, value: unknown): void {
    if (this.isAlive()) this.window?.webContents.send(channel, value);
  }

  isAlive(): boolean {
    return this.window !== null && !this.window.isDestroyed();
  }

  isOwn(sender: Sender): boolean {
    return this.isAlive() && isSentBy(this.window?.webContents.id, this.home, sender);
  }

  release(): void {
    this.isReleased = true;
    this.drop();
  }

  private open(home: string): void {
    const { electron, preloadPath } = this.options;
    const url = `${home}#/popover`;
    const window = openPopoverWindow({ electron, url, preloadPath });
    this.window = window;
    this.home = home;
    this.height = null;
    window.on("blur", () => {
      if (!this.isWanted) return;
      this.blurredMs = this.nowMs();
      this.hide();
    });
    window.on("close", (event) => {
      if (this.isReleased) return;
      event.preventDefault();
      this.hide();
    });
    // What could not be loaded is made anew by the next click.
    window.loadURL(url).catch(() => this.drop());
  }

  /** Not before it is drawn. */
  private show(): void {
    if (!this.isWanted || this.height === null || !this.isAlive()) return;
    if (this.idle !== null) clearTimeout(this.idle);
    this.place();
    this.window?.show();
    this.window?.focus();
  }

  private place(): void {
    if (this.icon === null || this.height === null || !this.isAlive()) return;
    const size = { width: POPOVER_WIDTH, height: this.height };
    this.window?.setBounds(placePopover(this.icon, size, this.options.electron.screen.getAllDisplays()));
  }

  private restAgain(): void {
    if (this.idle !== null) clearTimeout(this.idle);
    this.idle = setTimeout(() => this.drop(), this.options.idleMs ?? IDLE_MS);
    this.idle.unref();
  }

  private drop(): void {
    if (this.idle !== null) clearTimeout(this.idle);
    if (this.isAlive()) this.window?.destroy();
    this.window = null;
    this.isWanted = false;
  }

  private nowMs(): number {
    return this.options.nowMs?.() ?? performance.now();
  }
}
