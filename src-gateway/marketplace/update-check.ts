/**
 * Asks the marketplace once a day whether there is a new version, and keeps what it answers. Off entirely where the operator
 * says so: then nothing of this folder runs. Only `compose/` may import it.
 */
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import type { Schedule } from "../limits/types.ts";
import { readAnswer } from "./read-answer.ts";
import { sendPing } from "./send-ping.ts";
import type { NoticeBoard, Ping, UpdateNews } from "./types.ts";

export interface UpdateCheck {
  start(): void;
  /** Why the last question was not answered; null when it was, or none was asked yet. */
  problem(): string | null;
  stop(): Promise<void>;
}

export interface UpdateCheckOptions {
  baseUrl: string;
  /** Called with each question, so that its file is only made when there is one. */
  ping: () => Promise<Ping>;
  board: NoticeBoard;
  clock: Clock;
  schedule: Schedule;
  /** 0 to 1. */
  random: () => number;
  log: Logger;
  /** Told once of each new version. */
  onNews?: (news: UpdateNews) => void;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Who only tries the gateway out for a moment is not counted. */
const FIRST_AFTER_MS = 60_000;
/** Of the time until the next question: installations that started together do not ask together for ever. */
const JITTER = 0.1;

export function createUpdateCheck(options: UpdateCheckOptions): UpdateCheck {
  return new Check(options);
}

class Check implements UpdateCheck {
  private readonly options: UpdateCheckOptions;
  private readonly stopping = new AbortController();
  private cancel: (() => void) | null = null;
  private running: Promise<void> = Promise.resolve();
  private failures = 0;
  private lastProblem: string | null = null;

  constructor(options: UpdateCheckOptions) {
    this.options = options;
  }

  start(): void {
    this.running = this.firstPause().then((ms) => this.in(ms));
  }

  problem(): string | null {
    return this.lastProblem;
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.cancel?.();
    await this.running;
  }

  /** A restart is no reason to ask again before the day is over. */
  private async firstPause(): Promise<number> {
    const { board, clock } = this.options;
    const last = await board.lastNews().catch(() => null);
    const soon = this.shifted(FIRST_AFTER_MS);
    if (last === null) return soon;
    const agoMs = Math.max(0, (clock.nowUs() - last.checkedAtUs) / 1000);
    return Math.max(soon, DAY_MS - agoMs);
  }

  private in(ms: number): void {
    if (this.stopping.signal.aborted) return;
    this.cancel = this.options.schedule(() => {
      this.running = this.ask().then((pauseMs) => this.in(pauseMs));
    }, ms);
  }

  /** @returns how long to wait for the next question, whatever became of this one. */
  private async ask(): Promise<number> {
    const { baseUrl, ping, board, log, onNews } = this.options;
    try {
      const told = await ping();
      const before = await board.lastNews();
      const answer = readAnswer(await sendPing(baseUrl, told, this.stopping.signal));
      const fresh = new Set(await board.keep(answer, told.gateway_version));
      this.failures = 0;
      this.lastProblem = null;
      // Once for each version and announcement, whichever gateway learns of it first.
      if (answer.news.isAvailable && answer.news.latestVersion !== before?.latestVersion) {
        tellNews(log, answer.news);
        onNews?.(answer.news);
      }
      for (const { id, type, title, url } of answer.announcements)
        if (fresh.has(id)) log.info({ kind: "announcement", id, type, url }, title);
      return this.shifted(DAY_MS);
    } catch (error) {
      if (this.stopping.signal.aborted) return DAY_MS;
      this.lastProblem = wordsOf(error);
      // A machine that was offline when its time came is not a day late.
      const pauseMs = this.shifted(Math.min(DAY_MS, HOUR_MS * 2 ** this.failures++));
      if (this.failures === 1)
        log.info(
          { kind: "update-check", problem: this.lastProblem },
          "whether there is a new version could not be asked",
        );
      return pauseMs;
    }
  }

  private shifted(ms: number): number {
    return ms * (1 - JITTER + 2 * JITTER * this.options.random());
  }
}

function tellNews(log: Logger, { latestVersion, isSecurity, url, notes }: UpdateNews): void {
  const fields = { kind: "update", latestVersion, security: isSecurity, url, notes };
  if (isSecurity) log.warn(fields, `version ${latestVersion ?? ""} closes a security hole; update the gateway`);
  else log.info(fields, `there is a new version, ${latestVersion ?? ""}`);
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return "it failed";
  if (error.name === "TimeoutError" || (error.cause as Error | undefined)?.name === "TimeoutError")
    return "it did not answer in time";
  const { code } = error as NodeJS.ErrnoException;
  return error.message === "" ? (code ?? error.name) : error.message.slice(0, 200);
}
