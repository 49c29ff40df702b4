import type { Gate } from "./types.ts";

/** A gate, and the means to say that somebody stands at it. */
export interface HeldGate extends Gate {
  arrive(): void;
}

export function createGate(): HeldGate {
  const opened = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  return {
    open: () => opened.resolve(),
    opened: opened.promise,
    reached: reached.promise,
    arrive: () => reached.resolve(),
  };
}
