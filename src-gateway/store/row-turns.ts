/** Many rows in one go hold up everybody's streams: after some of them these go on. */
import { setImmediate as nextTurn } from "node:timers/promises";

/** Two milliseconds of a database's work. Each pause throws out of the processor's caches what the next rows need. */
const ROWS_A_TURN = 512;

export class RowTurns {
  #rows = 0;

  /** @param rows that were worked on. @returns what to wait for before the next ones. */
  after(rows: number): Promise<void> | null {
    this.#rows += rows;
    if (this.#rows < ROWS_A_TURN) return null;
    this.#rows = 0;
    return nextTurn();
  }
}
