/** Requests that are open, whichever way they came. */
export class Traffic {
  /** Each connection is given up after its next answer. */
  isStopping = false;
  open = 0;
  private tellIdle: () => void = () => {};

  begun(): void {
    this.open++;
  }

  ended(): void {
    this.open--;
    if (this.open === 0) this.tellIdle();
  }

  /** Resolves when the last one has ended, and after so long anyway. */
  idle(limitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, limitMs);
      this.tellIdle = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
