/** The app between start and end: what it knows, what it shows of it, and what is done about it. */
import { join } from "node:path";
import type { DesktopOptions } from "./desktop-options.ts";
import { createGatewayHost, type GatewayHost } from "./gateway/gateway-host.ts";
import { type GatewayWatch, watchGateway } from "./gateway/watch-gateway.ts";
import type { PreferenceChanges, ShownPreferences } from "./ipc/contract.ts";
import { followLink } from "./links/follow-link.ts";
import { createNoticeLimiter } from "./notices/notice-limiter.ts";
import { type DesktopNotice, noticesBetween } from "./notices/notices-between.ts";
import { openPreferences } from "./preferences.ts";
import { HIDDEN_FLAG, openAtLogin } from "./system/open-at-login.ts";
import { act } from "./tray/act.ts";
import { deriveTrayState } from "./tray/derive-tray-state.ts";
import { createTrayView, type TrayView } from "./tray/tray-view.ts";
import type { TraySnapshot } from "./tray/types.ts";
import { createWindowKeeper, type WindowKeeper } from "./window/window-keeper.ts";

export interface Desktop {
  window: WindowKeeper;
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
}

export function createDesktop(options: DesktopOptions): Desktop {
  const { electron, platform, preloadPath, args } = options;
  const { app, dialog, Notification } = electron;
  let problem: string | null = null;
  const store = openPreferences(join(app.getPath("userData"), "desktop.json"), (text) => (problem = text));
  const host = createGatewayHost(options, store);
  let tray: TrayView | null = null;
  let watch: GatewayWatch | null = null;
  let shown: TraySnapshot | null = null;
  let isHushed = false;
  const mayNotify = createNoticeLimiter(() => performance.now());

  const window = createWindowKeeper({
    electron,
    preloadPath,
    console: () => {
      const running = host.running();
      return running && { url: running.info.consoleUrl, signInUrl: running.gateway.signInUrl() };
    },
    canHide: () => tray !== null,
    state: () => store.get().window,
    keep: (state) => store.set({ window: state }),
  });
  const say = (notice: DesktopNotice): void => {
    if (!Notification.isSupported() || !mayNotify(notice)) return;
    const note = new Notification({ title: notice.title, body: notice.body });
    note.on("click", () => window.show(notice.page));
    note.show();
  };
  const draw = (): void => {
    if (isHushed) return;
    const now = snapshot();
    tray?.show(deriveTrayState(now));
    // Before the first answer nothing is known, so nothing has changed.
    if (shown !== null && watch?.facts()) for (const notice of noticesBetween(shown, now)) say(notice);
    if (watch?.facts()) shown = now;
  };
  const snapshot = (): TraySnapshot => {
    const { trayTitle, openAtLogin: isAtLogin } = store.get();
    const facts = watch?.facts() ?? null;
    const own = { startProblem: host.problem(), title: trayTitle, openAtLogin: isAtLogin };
    const url = host.problem() === null ? (host.running()?.info.url ?? null) : null;
    return facts === null ? { ...NOTHING_KNOWN, ...own, url } : { ...facts, ...own, url };
  };
  const preferences: Desktop["preferences"] = {
    get() {
      const { trayTitle, openAtLogin: isAtLogin, startHidden, shortcut } = store.get();
      return { trayTitle, openAtLogin: isAtLogin, startHidden, shortcut, problem };
    },
    set(changes) {
      problem = null;
      store.set(definedOf(changes));
      problem = applyPreferences(changes) ?? problem;
      draw();
      return preferences.get();
    },
  };
  /** @returns why something does not hold. */
  const applyPreferences = ({ openAtLogin: isOn, shortcut }: PreferenceChanges): string | null => {
    try {
      if (isOn !== undefined) openAtLogin(isOn, { app, ...options });
      return shortcut === undefined ? null : setShortcut(electron, shortcut, window.toggle);
    } catch (error) {
      return `Opening at login cannot be changed: ${(error as Error).message}`;
    }
  };
  const complain = (error: unknown): void => {
    const text = error instanceof Error ? error.message : String(error);
    say({ about: `problem:${text}`, title: "That could not be done", body: text, page: "overview" });
  };
  const startGateway = async (): Promise<boolean> => {
    if (!(await host.start())) return false;
    const running = host.running();
    if (running)
      watch = watchGateway(running.gateway.desk, { onChange: draw, onProblem: () => void host.check().then(draw) });
    draw();
    return true;
  };
  const world = {
    electron,
    host,
    facts: () => watch?.facts() ?? null,
    refresh: () => watch?.refresh() ?? Promise.resolve(),
    show: window.show,
    choose: (changes: PreferenceChanges) => void preferences.set(changes),
    restartGateway: async () => {
      watch?.stop();
      await host.stop().catch(() => {});
      if (!(await startGateway())) app.quit();
    },
    say: (title: string, body: string) =>
      say({ about: `done:${title}:${performance.now()}`, title, body, page: "overview" }),
  };
  const follow = (link: string): void => {
    const running = host.running();
    if (running === null) return;
    const given = { dialog, client: running.client, show: window.show, onChanged: () => void world.refresh() };
    followLink(link, given).catch(complain);
  };
  return {
    window,
    host,
    preferences,
    hasTray: () => tray !== null,
    follow,
    async boot() {
      if (await options.hasTray()) {
        try {
          tray = createTrayView({
            electron,
            platform,
            assetsDir: options.assetsDir,
            onAction: (action) => void act(action, world).catch(complain),
            onClick: () => window.show(),
          });
        } catch {
          tray = null;
        }
      }
      draw();
      problem = applyPreferences({ shortcut: store.get().shortcut }) ?? problem;
      if (!(await startGateway())) return app.quit();
      const isHidden = tray !== null && (args.includes(HIDDEN_FLAG) || store.get().startHidden);
      if (!isHidden) window.show();
    },
    sleep: () => watch?.stop(),
    async wake() {
      watch?.stop();
      await host.check();
      const running = host.running();
      if (running && !isHushed) watch = watchGateway(running.gateway.desk, { onChange: draw, onProblem: () => {} });
      draw();
    },
    hush() {
      isHushed = true;
      watch?.stop();
    },
  };
}

const NOTHING_KNOWN = {
  paused: false,
  openExchanges: 0,
  providers: [],
  providerInUse: null,
  lockedKeys: [],
  failover: null,
  today: { costNano: 0, tokens: 0, unpriced: 0 },
  budget: null,
  update: null,
};

/** @returns why it does not hold: another program has it, or nobody can read it. */
function setShortcut(
  { globalShortcut }: Pick<DesktopOptions["electron"], "globalShortcut">,
  shortcut: string | null,
  toggle: () => void,
): string | null {
  globalShortcut.unregisterAll();
  if (shortcut === null) return null;
  try {
    if (globalShortcut.register(shortcut, toggle)) return null;
  } catch {
    return `${shortcut} is no shortcut.`;
  }
  return `Another program has the shortcut ${shortcut}.`;
}

/** A member that is undefined was not sent. */
function definedOf<Value extends object>(value: Value): { [Key in keyof Value]: Exclude<Value[Key], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as never;
}
