/**
 * Tells that whoever waits for something has left. What is asked of it is what an `AbortSignal` answers, too, so either can
 * be given; an exchange needs two of these, and the events of an `AbortSignal` cost it more than all else that they do.
 */
export interface Leaving {
  readonly aborted: boolean;
  /** Why; undefined as long as nobody has left. */
  readonly reason: unknown;
  addEventListener(type: "abort", listener: LeaveListener, options: { once: true }): void;
  removeEventListener(type: "abort", listener: LeaveListener): void;
}

/** Must not throw. */
export type LeaveListener = (() => void) | { handleEvent(): void };

/** One that can be told so; once. */
export class LeaveSignal implements Leaving {
  aborted = false;
  reason: unknown = undefined;
  /** Nearly always there is one listener at most. */
  private first: LeaveListener | null = null;
  private more: LeaveListener[] | null = null;

  abort(reason: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    // One that is told may turn another one away, which is not told then.
    for (let next = this.take(); next !== null; next = this.take()) call(next);
  }

  private take(): LeaveListener | null {
    const next = this.first ?? this.more?.shift() ?? null;
    this.first = null;
    return next;
  }

  /** Never called when that has happened before, as with an `AbortSignal`. */
  addEventListener(_type: "abort", listener: LeaveListener): void {
    if (this.aborted || listener === this.first || this.more?.includes(listener)) return;
    if (this.first === null && this.more === null) this.first = listener;
    else (this.more ??= []).push(listener);
  }

  removeEventListener(_type: "abort", listener: LeaveListener): void {
    if (this.first === listener) this.first = null;
    else if (this.more) {
      this.more = this.more.filter((each) => each !== listener);
      if (this.more.length === 0) this.more = null;
    }
  }
}

function call(listener: LeaveListener): void {
  if (typeof listener === "function") listener();
  else listener.handleEvent();
}
