/**
 * New versions of the app: asks for them where that is wanted, fetches one when the person says so, and installs it when no
 * request is under way, or when the person says that it may be cut off. What fails leaves the app as it was.
 *
 * Whom it asks comes in as an argument; `electron-feed.ts` is the real one.
 */
import { definedOf } from "../defined-of.ts";
import type { UpdateChoiceChanges } from "../ipc/updates-contract.ts";
import { explainUpdateFailure } from "./explain-update-failure.ts";
import { askToRestart, drain, type RestartWorld } from "./restart-when-drained.ts";
import type { OfferedUpdate, UpdateAction, UpdateChoices, UpdateFeed, UpdatePhase, UpdateState } from "./types.ts";

export interface AppUpdates {
  state(): UpdateState;
  /** What the tray shows of it, given what the gateway has heard by itself. */
  forTray(heard: TrayUpdate | null): TrayUpdate | null;
  act(action: UpdateAction): UpdateState;
  choose(changes: UpdateChoiceChanges): UpdateState;
  /** @param offBecause why the operator wants nobody to be asked; null when somebody may be. */
  start(offBecause: string | null): void;
  stop(): void;
}

interface TrayUpdate {
  version: string;
  isStaged: boolean;
}

export interface AppUpdatesOptions {
  /** Null where the app cannot replace itself. */
  openFeed: (() => Promise<UpdateFeed>) | null;
  choices: () => UpdateChoices;
  keep: (choices: UpdateChoices) => void;
  onChange: () => void;
  world: RestartWorld;
  times?: Partial<typeof TIMES>;
}

const TIMES = {
  /** Who only looks at the app for a moment asks nobody. */
  firstMs: 60_000,
  /** Often enough that a computer which sleeps every night asks once a day. */
  lookMs: 30 * 60_000,
  everyMs: 24 * 3_600_000,
  idleLookMs: 500,
  /** So long an installation waits for requests to end; after that the person is to say it again. */
  idleLimitMs: 30 * 60_000,
};

export const createAppUpdates = (options: AppUpdatesOptions): AppUpdates => new Updates(options);

class Updates implements AppUpdates {
  private readonly options: AppUpdatesOptions;
  private readonly times: typeof TIMES;
  private phase: UpdatePhase = "idle";
  private offered: OfferedUpdate | null = null;
  private percent: number | null = null;
  private checkedAtMs: number | null = null;
  private askedAtMs: number | null = null;
  private problem: string | null = null;
  private offBecause: string | null = null;
  private feed: Promise<UpdateFeed> | null = null;
  private timers: NodeJS.Timeout[] = [];
  private idleTimer: NodeJS.Timeout | null = null;

  constructor(options: AppUpdatesOptions) {
    this.options = options;
    this.times = { ...TIMES, ...options.times };
    if (options.openFeed === null) this.phase = "unsupported";
  }

  state(): UpdateState {
    return {
      phase: this.shownPhase(),
      version: __VERSION__,
      offered: this.offered,
      percent: this.percent,
      choices: this.options.choices(),
      checkedAtMs: this.checkedAtMs,
      problem: this.problem,
      offBecause: this.offBecause,
      openExchanges: this.options.world.openExchanges(),
    };
  }

  forTray(heard: TrayUpdate | null): TrayUpdate | null {
    const phase = this.shownPhase();
    const isStaged = phase === "staged" || phase === "waiting" || phase === "restarting";
    if (this.offered !== null && (isStaged || phase === "available" || phase === "downloading"))
      return { version: this.offered.version, isStaged };
    return heard?.version === this.options.choices().skipped ? null : heard;
  }

  act(action: UpdateAction): UpdateState {
    const { choices, keep } = this.options;
    if (action === "check") void this.check();
    else if (action === "download") void this.download();
    else if (action === "cancel") void this.feed?.then((feed) => feed.cancel());
    else if (action === "restart") void this.restart();
    else if (action === "stay") this.stay(null);
    else if (action === "unskip") keep({ ...choices(), skipped: null });
    else if (this.phase === "available" && this.offered) keep({ ...choices(), skipped: this.offered.version });
    this.options.onChange();
    return this.state();
  }

  choose(changes: UpdateChoiceChanges): UpdateState {
    const before = this.options.choices();
    this.options.keep({ ...before, ...definedOf(changes) });
    // What the other channel offers is another question.
    if (changes.channel !== undefined && changes.channel !== before.channel) void this.check();
    return this.state();
  }

  start(offBecause: string | null): void {
    this.stop();
    this.offBecause = offBecause;
    if (this.phase === "unsupported") return;
    if (offBecause !== null) this.phase = "off";
    else if (this.phase === "off") this.phase = "idle";
    const look = (): void => {
      const isDue = this.askedAtMs === null || Date.now() - this.askedAtMs >= this.times.everyMs;
      if (isDue && this.options.choices().isAutomatic) void this.check();
    };
    this.timers = [setTimeout(look, this.times.firstMs).unref(), setInterval(look, this.times.lookMs).unref()];
  }

  stop(): void {
    for (const timer of this.timers.splice(0)) clearTimeout(timer);
    if (this.idleTimer !== null) clearInterval(this.idleTimer);
    this.idleTimer = null;
    if (this.phase === "waiting") this.phase = "staged";
  }

  /** A version that is skipped is as if there were none. */
  private shownPhase(): UpdatePhase {
    const isSkipped = this.offered !== null && this.offered.version === this.options.choices().skipped;
    return this.phase === "available" && isSkipped ? "idle" : this.phase;
  }

  private become(phase: UpdatePhase, problem: string | null = null): void {
    this.phase = phase;
    this.problem = problem;
    this.options.onChange();
  }

  /** That nobody can be asked is no news: the tray and the person are left alone, and it stands where updates are shown. */
  private async check(): Promise<void> {
    const before = this.phase;
    if (before !== "idle" && before !== "available") return;
    this.askedAtMs = Date.now();
    this.become("checking");
    try {
      const feed = await this.opened();
      const found = await feed.check(this.options.choices().channel);
      if (found === "unsupported") return this.become("unsupported");
      this.checkedAtMs = Date.now();
      this.offered = found === "newest" ? null : found;
      this.become(this.offered === null ? "idle" : "available");
    } catch (error) {
      this.become(before, explainUpdateFailure(error));
    }
  }

  private async download(): Promise<void> {
    if (this.shownPhase() !== "available") return;
    this.percent = 0;
    this.become("downloading");
    try {
      const feed = await this.opened();
      await feed.download((percent) => {
        this.percent = Math.round(percent);
      });
      this.become("staged");
    } catch (error) {
      const isCancelled = error instanceof Error && error.message === "cancelled";
      this.become("available", isCancelled ? null : explainUpdateFailure(error));
    }
    this.percent = null;
  }

  private async restart(): Promise<void> {
    const { world } = this.options;
    if (this.phase !== "staged" || this.offered === null) return;
    const answer = await askToRestart(world, this.offered.version);
    if (this.phase !== "staged") return;
    if (answer === "now") await this.install();
    else if (answer === "when-idle") this.waitForIdle();
  }

  private waitForIdle(): void {
    const { idleLookMs, idleLimitMs } = this.times;
    const endsAtMs = Date.now() + idleLimitMs;
    this.idleTimer = setInterval(() => {
      if (this.options.world.openExchanges() === 0) {
        this.stay(null);
        void this.install();
      } else if (Date.now() >= endsAtMs) {
        this.stay("Requests were under way all the time, so nothing was restarted.");
      }
    }, idleLookMs);
    this.become("waiting");
  }

  /** It no longer waits. */
  private stay(problem: string | null): void {
    if (this.idleTimer !== null) clearInterval(this.idleTimer);
    this.idleTimer = null;
    if (this.phase === "waiting") this.become("staged", problem);
  }

  private async install(): Promise<void> {
    const { world } = this.options;
    this.become("restarting");
    const feed = await this.opened();
    await drain(world);
    world.letGo();
    feed.install();
  }

  private opened(): Promise<UpdateFeed> {
    const { openFeed, world } = this.options;
    if (openFeed === null) return Promise.reject(new Error("this app does not replace itself"));
    this.feed ??= openFeed().then((feed) => {
      feed.onLeaving(world.releaseWindows);
      feed.onInstallFailure((error) => {
        if (this.phase !== "restarting") return;
        this.become("staged", explainUpdateFailure(error));
        void world.goOn();
      });
      return feed;
    });
    return this.feed;
  }
}
