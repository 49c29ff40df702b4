/**
 * Takes the bodies of exchanges that have ended, and hands them to the archive in groups. The exchange never waits: what
 * the archive cannot take in time is left out, and counted.
 */
import type { ExchangeRecord } from "../ir/exchange-record.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import type { BodyArchive, HeardBodies, NewBody, Retention } from "./types.ts";

export interface BodyLog {
  /** @param heard what `listenTo` has heard of it. */
  take(record: ExchangeRecord, heard: HeardBodies): void;
  /** Resolves when all that waits now is kept, or was given up. */
  flush(): Promise<void>;
  /** Bodies that were left out since the start. */
  leftOut(): number;
  stop(): Promise<void>;
}

export interface BodyLogOptions {
  archive: BodyArchive;
  log: Logger;
  clock: Clock;
  /** Null is no limit. */
  retention: { days: number | null; bytes: number | null };
  flushMs?: number;
  pruneEveryMs?: number;
}

/** What waits for the archive at most; beyond it, memory is worth more than the log. */
const MAX_WAITING_BYTES = 64 * 1024 * 1024;
const GROUP = 16;
/** They are copied on their way to the thread, in one go: a millisecond. */
const GROUP_BYTES = 2 * 1024 * 1024;
const FLUSH_MS = 200;
const PRUNE_EVERY_MS = 10 * 60_000;
const DAY_US = 86_400_000_000;
/** One warning a minute is enough. */
const WARN_EVERY_US = 60_000_000;

export function createBodyLog(options: BodyLogOptions): BodyLog {
  return new Log(options);
}

export function retentionAt(nowUs: number, { days, bytes }: BodyLogOptions["retention"]): Retention {
  return { beforeUs: days === null ? null : nowUs - days * DAY_US, maxBytes: bytes };
}

type Waiting = Pick<NewBody, "id" | "userId" | "apiKeyId" | "modelAsked"> & { heard: HeardBodies; held: number };

function bodyOf({ id, userId, apiKeyId, modelAsked, heard }: Waiting): NewBody {
  const { head, request, requestBytes, answer, answerBytes } = heard;
  return {
    id,
    userId,
    apiKeyId,
    modelAsked,
    head,
    request,
    answer: answer.length === 0 ? null : Buffer.concat(answer),
    requestBytes,
    answerBytes,
  };
}

class Log implements BodyLog {
  private readonly options: BodyLogOptions;
  private waiting: Waiting[] = [];
  private waitingBytes = 0;
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> | null = null;
  private readonly pruning: NodeJS.Timeout | null;
  private left = 0;
  private warnedUs = -Infinity;
  private isStopped = false;

  constructor(options: BodyLogOptions) {
    this.options = options;
    const { days, bytes } = options.retention;
    this.pruning =
      days === null && bytes === null
        ? null
        : setInterval(() => void this.prune(), options.pruneEveryMs ?? PRUNE_EVERY_MS).unref();
  }

  take(record: ExchangeRecord, heard: HeardBodies): void {
    const held = (heard.request?.length ?? 0) + heard.answer.reduce((sum, { length }) => sum + length, 0);
    if (held === 0 || this.isStopped) return;
    if (this.waitingBytes + held > MAX_WAITING_BYTES) return this.leaveOut(1, "more comes than can be kept");
    const { id, userId, apiKeyId, modelAsked } = record;
    this.waiting.push({ id, userId, apiKeyId, modelAsked, heard, held });
    this.waitingBytes += held;
    this.timer ??= setTimeout(() => void this.flush(), this.options.flushMs ?? FLUSH_MS).unref();
  }

  async flush(): Promise<void> {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    while (this.running !== null) await this.running;
    this.running = this.write().finally(() => {
      this.running = null;
    });
    await this.running;
  }

  leftOut(): number {
    return this.left;
  }

  async stop(): Promise<void> {
    if (this.pruning) clearInterval(this.pruning);
    await this.flush();
    this.isStopped = true;
  }

  private async write(): Promise<void> {
    while (this.waiting.length > 0) {
      const group = this.nextGroup();
      try {
        await this.options.archive.put(group.map(bodyOf));
      } catch (error) {
        this.leaveOut(group.length, error instanceof Error ? error.message : String(error));
      }
      for (const { held } of group) this.waitingBytes -= held;
    }
  }

  private nextGroup(): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const { held } of this.waiting) {
      if (count === GROUP || (count > 0 && bytes + held > GROUP_BYTES)) break;
      bytes += held;
      count++;
    }
    return this.waiting.splice(0, count);
  }

  private async prune(): Promise<void> {
    const { archive, retention, clock, log } = this.options;
    try {
      const pruned = await archive.prune(retentionAt(clock.nowUs(), retention));
      if (pruned.bodies > 0) log.info({ ...pruned }, "old bodies of requests were removed");
    } catch (error) {
      log.warn({ problem: String(error) }, "old bodies of requests could not be removed; they are tried again");
    }
  }

  private leaveOut(count: number, reason: string): void {
    this.left += count;
    const nowUs = this.options.clock.monotonicUs();
    if (nowUs - this.warnedUs < WARN_EVERY_US) return;
    this.warnedUs = nowUs;
    this.options.log.warn({ leftOut: this.left, reason }, "bodies of requests were not kept; their rows are complete");
  }
}
