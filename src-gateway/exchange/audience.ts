/**
 * Who waits for an answer: the client that asked for it, those who follow it, and, where the operator wants to know its
 * usage, the books. The exchange writes to one reply and heeds one signal, and need not know which of them is there.
 */
import type { JoinRecorder } from "../joins/types.ts";
import { LeaveSignal, type Leaving } from "../lib/leaving.ts";
import type { RecordKeeper } from "./record.ts";
import type { ExchangeWorld, Inbound, Reply } from "./types.ts";

export interface Audience {
  reply: Reply;
  /** Aborts when nobody waits any more. */
  signal: Leaving;
  /** The client that asked has left; others may still be there. */
  readonly clientIsGone: boolean;
  /** An attempt has ended: nothing is begun anew for the books alone. */
  review(): void;
  /** The exchange is over, and the client has what it was sent or has left. */
  dismiss(): void;
}

/** What a client that reads slowly may be behind while others wait for the rest. */
const MAX_BEHIND_BYTES = 1024 * 1024;

export function createAudience(options: AudienceOptions): Audience {
  return new Listeners(options);
}

export interface AudienceOptions {
  inbound: Inbound;
  world: Pick<ExchangeWorld, "onClientAbort" | "maxDrainMs">;
  keeper: RecordKeeper;
  /** Null where nobody can follow. */
  recorder: JoinRecorder | null;
}

class Listeners implements Audience, Reply {
  readonly reply: Reply = this;
  readonly signal = new LeaveSignal();
  /** Those of the client that asked: who follows it has headers of its own. */
  readonly extraHeaders?: Record<string, string>;
  onDrain: (() => void) | null = null;
  status: number | null = null;
  clientIsGone = false;
  private readonly options: AudienceOptions;
  /** What the client has been given since it was found to be slow. */
  private behindBytes = 0;
  private drainTimer: NodeJS.Timeout | null = null;

  constructor(options: AudienceOptions) {
    this.options = options;
    const { inbound, recorder } = options;
    if (inbound.reply.extraHeaders) this.extraHeaders = inbound.reply.extraHeaders;
    inbound.reply.onDrain = () => {
      this.behindBytes = 0;
      this.onDrain?.();
    };
    if (recorder) recorder.onFollowers = () => this.onFollowers();
    if (inbound.signal.aborted) this.onClientGone();
    else inbound.signal.addEventListener("abort", this.onClientGone, { once: true });
  }

  get bytesOut(): number {
    return this.options.inbound.reply.bytesOut;
  }

  start(status: number, headers: Record<string, string>): void {
    if (this.status !== null) return;
    this.status = status;
    this.options.recorder?.head(status, headers);
    this.options.inbound.reply.start(status, headers);
  }

  write(bytes: Buffer): boolean {
    const { inbound, recorder } = this.options;
    recorder?.write(bytes);
    if (this.clientIsGone || inbound.reply.write(bytes)) return true;
    this.behindBytes += bytes.length;
    return this.mayRunAhead;
  }

  end(bytes?: Buffer): void {
    this.options.recorder?.end(bytes);
    this.options.inbound.reply.end(bytes);
  }

  cut(): void {
    this.options.recorder?.cut();
    this.options.inbound.reply.cut();
  }

  finished(): Promise<boolean> {
    return this.options.inbound.reply.finished();
  }

  review(): void {
    if (this.clientIsGone) this.stopUnlessWanted();
  }

  dismiss(): void {
    this.stopTimer();
    // A connection that serves many requests leaves long after this one.
    const { inbound, recorder } = this.options;
    inbound.signal.removeEventListener("abort", this.onClientGone);
    // An answer that is kept must not keep the whole exchange with it.
    if (recorder) recorder.onFollowers = null;
  }

  private get hasFollowers(): boolean {
    return this.options.recorder?.hasFollowers === true;
  }

  /** A client that has fallen silent must not hold up the one that came in its place. */
  private get mayRunAhead(): boolean {
    return this.hasFollowers && this.behindBytes < MAX_BEHIND_BYTES;
  }

  private readonly onClientGone = (): void => {
    this.clientIsGone = true;
    this.options.recorder?.left();
    this.stopUnlessWanted();
  };

  private onFollowers(): void {
    if (this.clientIsGone) this.stopUnlessWanted();
    else if (this.behindBytes > 0 && this.mayRunAhead) this.onDrain?.();
  }

  private stopUnlessWanted(): void {
    if (this.signal.aborted) return;
    if (this.hasFollowers) this.stopTimer();
    else {
      const { patienceMs } = this;
      if (patienceMs === 0) return this.stop();
      this.drainTimer ??= setTimeout(() => this.stop(), patienceMs);
    }
    // Nobody is behind now.
    this.onDrain?.();
  }

  /** How long the provider is let go on for nobody: for a client that comes back, or for the usage of an answer. */
  private get patienceMs(): number {
    const { world, keeper, recorder } = this.options;
    const attempt = keeper.record.attempts.at(-1);
    if (attempt === undefined || attempt.endedUs !== null) return 0;
    const { status } = attempt;
    const isAnswer = status !== null && status >= 200 && status < 300;
    return Math.max(recorder?.graceMs ?? 0, isAnswer && world.onClientAbort === "drain" ? world.maxDrainMs : 0);
  }

  private stop(): void {
    this.stopTimer();
    this.signal.abort(this.options.inbound.signal.reason);
  }

  private stopTimer(): void {
    if (this.drainTimer) clearTimeout(this.drainTimer);
    this.drainTimer = null;
  }
}
