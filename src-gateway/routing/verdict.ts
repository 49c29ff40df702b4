/** What to do after an attempt that failed before the caller got any of the answer. */
import type { GatewayError } from "../ir/errors.ts";

export type Verdict = "next-target" | "give-up";

/** Classes that another provider may well answer; the others would be refused everywhere or concern the caller alone. */
const MOVES_ON: ReadonlySet<GatewayError["class"]> = new Set([
  "rate_limit",
  "overloaded",
  "timeout",
  "provider",
  "gateway",
  "quota",
]);

/** A timeout or a cut after the body was sent may already have been billed: it is not sent a second time. */
export function judge(
  error: GatewayError,
  attempt: { accepted: boolean; unsayable?: boolean; targetsLeft: number },
): Verdict {
  if (attempt.targetsLeft === 0) return "give-up";
  // Nothing was sent; the next target may speak the caller's own wire.
  if (attempt.unsayable) return "next-target";
  if (!MOVES_ON.has(error.class)) return "give-up";
  return attempt.accepted ? "give-up" : "next-target";
}
