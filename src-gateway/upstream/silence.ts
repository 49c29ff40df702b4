import type { UpstreamFailure, UpstreamRequest } from "../exchange/types.ts";
import { EndOfTurn, turnMs } from "../lib/end-of-turn.ts";
import { TimeLimit, TimeLimits } from "../lib/time-limits.ts";

const turnEnd = new EndOfTurn<Silence>("writes", (silence) => silence.settle());
/** Nearly every answer comes before this one runs out. */
const firstLimits = new TimeLimits<Silence>((silence) => silence.timeUp());

type Timer = NodeJS.Timeout | TimeLimit<Silence>;

/**
 * How long a provider may say nothing: before its answer, and in the middle of it. Own timers, because undici's are up to a
 * second late, and before the first byte that is a second in which somebody else could have answered.
 */
export class Silence {
  readonly #timeouts: UpstreamRequest["timeouts"];
  readonly #onSilence: (failure: UpstreamFailure) => void;
  #timer: Timer | null = null;
  /** When the timer runs out (monotonic ms), and by when something has to come: a timer that runs out too early is set anew. */
  #timerAtMs = 0;
  #untilMs = 0;
  #isAnswering = false;
  #isWanted = true;
  /** Since the timer ran out. */
  #hasHeard = false;

  constructor(timeouts: UpstreamRequest["timeouts"], onSilence: (failure: UpstreamFailure) => void) {
    this.#timeouts = timeouts;
    this.#onSilence = onSilence;
  }

  /** The request is on its way. */
  begin(): void {
    if (!this.#isWanted) return;
    const { firstByteMs } = this.#timeouts;
    this.#hasHeard = true;
    this.#untilMs = turnMs() + firstByteMs;
    if (!this.#isTimerLate) return;
    this.#stopTimer();
    this.#timerAtMs = this.#untilMs;
    this.#timer = firstLimits.set(firstByteMs, this);
  }

  answering(): void {
    this.#isAnswering = true;
    if (!this.#isWanted) return;
    this.#hasHeard = true;
    this.#untilMs = turnMs() + this.#timeouts.idleMs;
    if (this.#isTimerLate) turnEnd.add(this);
  }

  /** Most answers are whole by now, and need no timer for the rest of them. */
  settle(): void {
    if (this.#isWanted && this.#isTimerLate) this.#setTimer(Math.max(1, Math.ceil(this.#untilMs - turnMs())));
  }

  /** A byte has come; or nobody was listening until now. */
  heard(): void {
    this.#hasHeard = true;
    // Before it is answering nothing is heard but that.
    if (this.#timer)
      this.#untilMs = turnMs() + (this.#isAnswering ? this.#timeouts.idleMs : this.#timeouts.firstByteMs);
  }

  end(): void {
    this.#isWanted = false;
    this.#stopTimer();
    this.#timer = null;
  }

  /** Answers are many and silences few: the timer that is there serves, unless it would be late. */
  get #isTimerLate(): boolean {
    return this.#timer === null || this.#timerAtMs > this.#untilMs;
  }

  #setTimer(ms: number): void {
    this.#stopTimer();
    this.#timerAtMs = turnMs() + ms;
    this.#timer = setTimeout(() => this.timeUp(), ms);
  }

  #stopTimer(): void {
    if (this.#timer instanceof TimeLimit) this.#timer.lift();
    else if (this.#timer) clearTimeout(this.#timer);
  }

  /** Of the timer that is there. */
  timeUp(): void {
    const timer = this.#timer;
    const leftMs = this.#untilMs - turnMs();
    if (leftMs >= 1) return this.#setTimer(Math.ceil(leftMs));
    this.#hasHeard = false;
    // What came while this process was busy is read first.
    setImmediate(() => {
      if (this.#timer !== timer) return;
      if (!this.#hasHeard) this.#tell();
      else this.#setTimer(Math.max(1, Math.ceil(this.#untilMs - turnMs())));
    });
  }

  #tell(): void {
    this.#timer = null;
    this.#onSilence(
      this.#isAnswering
        ? { kind: "idle-timeout", detail: "nothing came for longer than the time limit" }
        : { kind: "first-byte-timeout", detail: "no answer came within the time limit" },
    );
  }
}
