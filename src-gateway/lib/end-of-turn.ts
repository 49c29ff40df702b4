/**
 * What is put off until the sockets that are ready now have been heard, and then done for all at once. Whoever is woken by
 * the first of several writes is awake for the others, which the system then does for half of the price.
 */
export class EndOfTurn<Item> {
  readonly #work: (item: Item) => void;
  #waiting: Item[] = [];

  /** @param work must not throw. */
  constructor(work: (item: Item) => void) {
    this.#work = work;
  }

  add(item: Item): void {
    if (this.#waiting.push(item) === 1) setImmediate(this.#doAll);
  }

  readonly #doAll = (): void => {
    const items = this.#waiting;
    this.#waiting = [];
    for (const item of items) this.#work(item);
  };
}
