/** States by name, bounded: model names come from clients, who may invent them. */
export class StateMap<State> {
  private readonly states = new Map<string, State>();
  private readonly limit: number;
  private readonly make: () => State;
  /** Nothing is lost when it is forgotten. */
  private readonly isIdle: (state: State) => boolean;
  /** Used last, and so at its place already when it is used again: nearly always. */
  private youngest: string | null = null;

  constructor(limit: number, make: () => State, isIdle: (state: State) => boolean) {
    this.limit = limit;
    this.make = make;
    this.isIdle = isIdle;
  }

  find(name: string): State | undefined {
    return this.states.get(name);
  }

  /** Makes it where there is none; the one that was not used for longest may have to go. */
  use(name: string): State {
    const found = this.states.get(name);
    if (found !== undefined && name === this.youngest) return found;
    const state = found ?? this.make();
    this.youngest = name;
    this.states.delete(name);
    if (this.states.size >= this.limit) this.evict();
    this.states.set(name, state);
    return state;
  }

  entries(): IterableIterator<[string, State]> {
    return this.states.entries();
  }

  get size(): number {
    return this.states.size;
  }

  private evict(): void {
    let oldest: string | undefined;
    for (const [name, state] of this.states) {
      oldest ??= name;
      if (!this.isIdle(state)) continue;
      oldest = name;
      break;
    }
    if (oldest !== undefined) this.states.delete(oldest);
  }
}
