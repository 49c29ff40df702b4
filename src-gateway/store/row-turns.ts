/** Many rows in one go hold up everybody's streams: after some of them these go on. */
import { setImmediate as nextTurn } from "node:timers/promises";

/** Each takes two milliseconds. The pauses throw out of the processor's caches what the next rows need. */
export const ROWS_A_TURN = 512;
export const ENTRIES_A_TURN = 1_024;

export class RowTurns {
  readonly #most: number;
  #rows = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** @param rows that were worked on. @returns what to wait for before the next ones. */
  after(rows: number): Promise<void> | null {
    this.#rows += rows;
    if (this.#rows < this.#most) return null;
    this.#rows = 0;
    return nextTurn();
  }
}
