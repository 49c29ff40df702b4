/**
 * A Map in the order in which its keys were last set, which knows the oldest of them at once. A plain Map would walk over
 * the places of all that was deleted at its front, and in a map that forgets its oldest key these are thousands.
 */
export class AgedMap<Key, Value> {
  private readonly entries = new Map<Key, Value>();
  /** Stands behind `front`: whatever lies before was deleted, or set anew and so moved to the end. */
  private line = this.entries.entries();
  private front: readonly [Key, Value] | null = null;

  get size(): number {
    return this.entries.size;
  }

  get(key: Key): Value | undefined {
    return this.entries.get(key);
  }

  /** The key is the youngest now. */
  set(key: Key, value: Value): void {
    const { size } = this.entries;
    this.entries.set(key, value);
    // Most keys are new, and need to be searched for once only.
    if (this.entries.size > size) return;
    this.delete(key);
    this.entries.set(key, value);
  }

  delete(key: Key): void {
    if (this.front !== null && this.front[0] === key) this.front = null;
    this.entries.delete(key);
  }

  oldest(): readonly [Key, Value] | undefined {
    if (this.front !== null) return this.front;
    if (this.entries.size === 0) return undefined;
    let next = this.line.next();
    if (next.done === true) {
      // It had come to the end before these were set.
      this.line = this.entries.entries();
      next = this.line.next();
    }
    this.front = next.done === true ? null : next.value;
    return this.front ?? undefined;
  }
}
