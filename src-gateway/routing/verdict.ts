/** What to do after an attempt that failed before the caller got any of the answer. */
import type { GatewayError } from "../ir/errors.ts";

export type Verdict =
  /** Here again after a pause, unless another place is ready sooner. */
  | "again"
  /** Nothing more is to be expected of this place. */
  | "next-place"
  | "give-up";

/** Classes that the same place may answer differently in a moment. */
const PASSES: ReadonlySet<GatewayError["class"]> = new Set(["rate_limit", "overloaded", "timeout", "provider"]);
/** Classes that only another provider or key may answer. */
const STAYS: ReadonlySet<GatewayError["class"]> = new Set(["gateway", "quota"]);

/** A timeout or a cut after the body was sent may already have been billed: it is sent again only where the route says so. */
export function judge(
  error: GatewayError,
  attempt: { accepted: boolean; unsayable?: boolean; mayResend?: boolean },
): Verdict {
  // Nothing was sent; the next target may speak the caller's own wire.
  if (attempt.unsayable) return "next-place";
  if (attempt.accepted && !attempt.mayResend) return "give-up";
  if (error.code === "provider_auth_failed" || STAYS.has(error.class)) return "next-place";
  if (error.status === 409) return "again";
  return PASSES.has(error.class) ? "again" : "give-up";
}
