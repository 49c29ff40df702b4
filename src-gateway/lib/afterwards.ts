/**
 * What can wait: kept for a moment and then done for many at once. Work that comes with every request costs less in one go,
 * and does not stand in the way of the answer after it.
 */
const WAIT_MS = 20;
const MAX_WAITING = 256;

export class Afterwards<Item> {
  readonly #work: (item: Item) => void;
  #waiting: Item[] = [];
  #timer: NodeJS.Timeout | null = null;

  /** @param work must not throw. */
  constructor(work: (item: Item) => void) {
    this.#work = work;
    if (all.size === 0) process.prependListener("exit", doAll);
    all.add(this);
  }

  add(item: Item): void {
    if (this.#waiting.push(item) >= MAX_WAITING) this.doNow();
    else this.#timer ??= setTimeout(() => this.doNow(), WAIT_MS).unref();
  }

  /** Nothing waits any more when this returns. */
  doNow(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const items = this.#waiting;
    this.#waiting = [];
    for (const item of items) this.#work(item);
  }

  /** What comes later is not done at the end of the process. */
  stop(): void {
    this.doNow();
    all.delete(this);
    if (all.size === 0) process.off("exit", doAll);
  }
}

// Before the log writes its last lines, of which these may be some.
const all = new Set<{ doNow(): void }>();

function doAll(): void {
  for (const each of all) each.doNow();
}
