/** When the next group is written. A call for now is not put off by one for later, and does not wait behind it. */
export class WriteTimer {
  readonly #run: () => void;
  #timer: NodeJS.Timeout | null = null;
  #isUrgent = false;
  #isStopped = false;

  constructor(run: () => void) {
    this.#run = run;
  }

  set(delayMs: number): void {
    if (this.#isStopped) return;
    const isUrgent = delayMs === 0;
    if (this.#timer && (!isUrgent || this.#isUrgent)) return;
    this.clear();
    this.#isUrgent = isUrgent;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#run();
    }, delayMs);
    // The daemon ends through stop(); a group that waits must not keep a command line tool alive.
    this.#timer.unref();
  }

  clear(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  stop(): void {
    this.#isStopped = true;
    this.clear();
  }
}
