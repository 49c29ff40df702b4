import type { Gate } from "./types.ts";

export function createGate(): Gate {
  const opened = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  return {
    open: () => opened.resolve(),
    opened: opened.promise,
    reached: reached.promise,
    arrive: () => reached.resolve(),
  };
}
