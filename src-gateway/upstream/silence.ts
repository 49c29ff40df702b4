import type { UpstreamFailure, UpstreamRequest } from "../exchange/types.ts";

/**
 * How long a provider may say nothing: before its answer, and in the middle of it. Own timers, because undici's are up to a
 * second late, and before the first byte that is a second in which somebody else could have answered.
 */
export class Silence {
  readonly #timeouts: UpstreamRequest["timeouts"];
  readonly #onSilence: (failure: UpstreamFailure) => void;
  #timer: NodeJS.Timeout | null = null;
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
    if (this.#isWanted) this.#wait(this.#timeouts.firstByteMs);
  }

  answering(): void {
    this.#isAnswering = true;
    if (this.#isWanted) this.#wait(this.#timeouts.idleMs);
  }

  /** A byte has come; or nobody was listening until now. */
  heard(): void {
    this.#hasHeard = true;
    this.#timer?.refresh();
  }

  end(): void {
    this.#isWanted = false;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #wait(ms: number): void {
    if (this.#timer) clearTimeout(this.#timer);
    const timer = setTimeout(() => {
      this.#hasHeard = false;
      // What came while this process was busy is read first.
      setImmediate(() => {
        if (this.#timer === timer && !this.#hasHeard) this.#tell();
      });
    }, ms);
    this.#timer = timer;
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
