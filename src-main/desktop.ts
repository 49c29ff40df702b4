/** The app between start and end: what it knows, what it shows of it, and what is done about it. */
import { join } from "node:path";
import { definedOf } from "./defined-of.ts";
import type { DesktopOptions } from "./desktop-options.ts";
import { createGatewayHost, type GatewayHost } from "./gateway/gateway-host.ts";
import { type GatewayWatch, watchGateway } from "./gateway/watch-gateway.ts";
import type { PreferenceChanges, ShownPreferences } from "./ipc/contract.ts";
import { followLink } from "./links/follow-link.ts";
import { createNoticeLimiter } from "./notices/notice-limiter.ts";
import { type DesktopNotice, noticesBetween } from "./notices/notices-between.ts";
import { createPopover, type Popover } from "./popover/popover.ts";
import { popoverState } from "./popover/popover-state.ts";
import { openPreferences, type PreferenceStore } from "./preferences.ts";
import { HIDDEN_FLAG, openAtLogin } from "./system/open-at-login.ts";
import { setShortcut } from "./system/set-shortcut.ts";
import { type ActionWorld, act } from "./tray/act.ts";
import { deriveTrayState } from "./tray/derive-tray-state.ts";
import { NOTHING_KNOWN } from "./tray/nothing-known.ts";
import { createTrayView, type TrayView } from "./tray/tray-view.ts";
import type { TraySnapshot } from "./tray/types.ts";
import type { AppUpdates } from "./updates/app-updates.ts";
import { desktopUpdates, refusalOf } from "./updates/desktop-updates.ts";
import { createWindowKeeper, type WindowKeeper } from "./window/window-keeper.ts";

export interface Desktop {
  window: WindowKeeper;
  popover: Popover;
  updates: AppUpdates;
  host: GatewayHost;
  preferences: { get: () => ShownPreferences; set: (changes: PreferenceChanges) => ShownPreferences };
  hasTray(): boolean;
  boot(): Promise<void>;
  follow(link: string): void;
  /** The computer sleeps: nothing is asked. */
  sleep: () => void;
  wake(): Promise<void>;
  /** Nothing is asked or shown any more. */
  hush: () => void;
  /** Closing windows ends them from now on. */
  releaseWindows: () => void;
}

export const createDesktop = (options: DesktopOptions): Desktop => new App(options);

class App implements Desktop {
  readonly host: GatewayHost;
  readonly window: WindowKeeper;
  readonly popover: Popover;
  readonly updates: AppUpdates;
  readonly preferences: Desktop["preferences"];
  private readonly options: DesktopOptions;
  private readonly store: PreferenceStore;
  private readonly mayNotify = createNoticeLimiter(() => performance.now());
  private problem: string | null = null;
  private tray: TrayView | null = null;
  private watch: GatewayWatch | null = null;
  private shown: TraySnapshot | null = null;
  private isHushed = false;

  constructor(options: DesktopOptions) {
    const { electron, preloadPath } = options;
    this.options = options;
    this.store = openPreferences(join(electron.app.getPath("userData"), "desktop.json"), (text) => {
      this.problem = text;
    });
    this.host = createGatewayHost(options, this.store);
    this.preferences = { get: () => this.shownPreferences(), set: (changes) => this.prefer(changes) };
    this.window = createWindowKeeper({
      electron,
      preloadPath,
      console: () => {
        const running = this.host.running();
        return running && { url: running.info.consoleUrl, signInUrl: running.gateway.signInUrl() };
      },
      canHide: () => this.tray !== null,
      state: () => this.store.get().window,
      keep: (state) => this.store.set({ window: state }),
    });
    this.popover = createPopover({
      electron,
      preloadPath,
      consoleUrl: () => (this.host.problem() === null ? (this.host.running()?.info.consoleUrl ?? null) : null),
      state: () => popoverState(this.snapshot(), this.watch?.facts()?.glance ?? null),
      act: (action) => act(action, this.actionWorld()),
      refresh: () => void this.watch?.refresh(),
    });
    const { store, host, draw, hush, releaseWindows } = this;
    this.updates = desktopUpdates(options, { store, host, draw, hush, releaseWindows, comeBack: this.comeBack });
  }

  hasTray(): boolean {
    return this.tray !== null;
  }

  async boot(): Promise<void> {
    const { args, electron } = this.options;
    if (await this.options.hasTray()) this.makeTray();
    this.draw();
    this.problem = this.apply({ shortcut: this.store.get().shortcut }) ?? this.problem;
    if (!(await this.startGateway())) return electron.app.quit();
    const isHidden = this.tray !== null && (args.includes(HIDDEN_FLAG) || this.store.get().startHidden);
    if (!isHidden) this.window.show();
    if (this.tray !== null && this.options.platform !== "linux") this.popover.prepare();
  }

  follow(link: string): void {
    const running = this.host.running();
    if (running === null) return;
    const { dialog } = this.options.electron;
    const onChanged = (): void => void this.watch?.refresh();
    followLink(link, { dialog, client: running.client, show: this.window.show, onChanged }).catch(this.complain);
  }

  readonly sleep = (): void => this.watch?.stop();

  async wake(): Promise<void> {
    this.watch?.stop();
    await this.host.check();
    const running = this.host.running();
    const wantsGlance = this.popover.isAlive;
    if (running && !this.isHushed)
      this.watch = watchGateway(running.gateway.desk, { onChange: this.draw, onProblem: () => {}, wantsGlance });
    this.draw();
  }

  readonly hush = (): void => {
    this.isHushed = true;
    this.watch?.stop();
    this.updates.stop();
    this.options.electron.globalShortcut.unregisterAll();
    // An icon that nobody takes away can outlive the app.
    this.tray?.destroy();
    this.tray = null;
  };

  readonly releaseWindows = (): void => {
    this.window.release();
    this.popover.release();
  };

  private readonly comeBack = (): Promise<void> => {
    this.isHushed = false;
    return this.boot();
  };

  /** Without one, everything is in the window. */
  private makeTray(): void {
    const { electron, platform, assetsDir } = this.options;
    const world = this.actionWorld();
    try {
      this.tray = createTrayView({
        electron,
        platform,
        assetsDir,
        onAction: (action) => void act(action, world).catch(this.complain),
        onClick: this.popover.toggle,
        onApproach: this.popover.prepare,
      });
    } catch {
      this.tray = null;
    }
  }

  private actionWorld(): ActionWorld {
    return {
      electron: this.options.electron,
      host: this.host,
      facts: () => this.watch?.facts() ?? null,
      refresh: () => this.watch?.refresh() ?? Promise.resolve(),
      show: this.window.show,
      updates: this.updates,
      choose: (changes: PreferenceChanges) => void this.prefer(changes),
      restartGateway: async () => {
        this.watch?.stop();
        await this.host.stop().catch(() => {});
        if (!(await this.startGateway())) this.options.electron.app.quit();
      },
      say: (title: string, body: string) =>
        this.say({ about: `done:${title}:${performance.now()}`, title, body, page: "overview" }),
    };
  }

  private async startGateway(): Promise<boolean> {
    if (!(await this.host.start())) return false;
    const running = this.host.running();
    const onProblem = (): void => void this.host.check().then(this.draw);
    const wantsGlance = this.popover.isAlive;
    if (running) this.watch = watchGateway(running.gateway.desk, { onChange: this.draw, onProblem, wantsGlance });
    this.updates.start(refusalOf(running?.info));
    this.draw();
    return true;
  }

  private readonly draw = (): void => {
    if (this.isHushed) return;
    const now = this.snapshot();
    this.tray?.show(deriveTrayState(now));
    this.popover.changed();
    if (!this.watch?.facts()) return;
    // Before the first answer nothing is known, so nothing has changed.
    if (this.shown !== null) for (const notice of noticesBetween(this.shown, now)) this.say(notice);
    this.shown = now;
  };

  private snapshot(): TraySnapshot {
    const { trayTitle, openAtLogin: isAtLogin } = this.store.get();
    const facts = this.watch?.facts() ?? null;
    const own = { startProblem: this.host.problem(), title: trayTitle, openAtLogin: isAtLogin };
    const url = this.host.problem() === null ? (this.host.running()?.info.url ?? null) : null;
    const update = this.updates.forTray(facts?.update ?? null);
    return { ...(facts ?? NOTHING_KNOWN), ...own, url, update };
  }

  private say(notice: DesktopNotice): void {
    const { Notification } = this.options.electron;
    if (!Notification.isSupported() || !this.mayNotify(notice)) return;
    const note = new Notification({ title: notice.title, body: notice.body });
    note.on("click", () => this.window.show(notice.page));
    note.show();
  }

  private readonly complain = (error: unknown): void => {
    const text = error instanceof Error ? error.message : String(error);
    this.say({ about: `problem:${text}`, title: "That could not be done", body: text, page: "overview" });
  };

  private shownPreferences(): ShownPreferences {
    const { trayTitle, openAtLogin: isAtLogin, startHidden, shortcut } = this.store.get();
    return { trayTitle, openAtLogin: isAtLogin, startHidden, shortcut, problem: this.problem };
  }

  private prefer(changes: PreferenceChanges): ShownPreferences {
    this.problem = null;
    this.store.set(definedOf(changes));
    this.problem = this.apply(changes) ?? this.problem;
    this.draw();
    return this.shownPreferences();
  }

  /** @returns why something does not hold. */
  private apply({ openAtLogin: isOn, shortcut }: PreferenceChanges): string | null {
    const { electron } = this.options;
    try {
      if (isOn !== undefined) openAtLogin(isOn, { app: electron.app, ...this.options });
      return shortcut === undefined ? null : setShortcut(electron, shortcut, this.window.toggle);
    } catch (error) {
      return `Opening at login cannot be changed: ${(error as Error).message}`;
    }
  }
}
