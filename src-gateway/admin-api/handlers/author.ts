import type { Caller } from "../caller.ts";

/** Who a change is said to be from, for people who read the history. */
export function authorOf(caller: Caller | null): string {
  if (caller?.isLocal) return "the operator";
  return caller?.email ?? "somebody without a key";
}
