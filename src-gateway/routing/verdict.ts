/** What to do after an attempt that failed before the caller got any of the answer. */
import type { GatewayError } from "../ir/errors.ts";
import type { StatusAction } from "../settings/types.ts";

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

const BY_ACTION: Readonly<Record<StatusAction, Verdict>> = { again: "again", next: "next-place", fail: "give-up" };

/**
 * A timeout or a cut after the body was sent may already have been billed: it is sent again only where the route says so.
 * What the operator wants done after a status goes for error answers alone, not for what has no status of its own.
 */
export function judge(
  error: GatewayError,
  attempt: {
    accepted: boolean;
    unsayable?: boolean;
    mayResend?: boolean;
    /** Of the provider's answer, with what the operator wants done after it. */
    status?: number | null;
    onStatus?: Readonly<Record<number, StatusAction>> | undefined;
  },
): Verdict {
  // Nothing was sent; the next target may speak the caller's own wire.
  if (attempt.unsayable) return "next-place";
  if (attempt.accepted && !attempt.mayResend) return "give-up";
  const action = attempt.accepted ? undefined : attempt.onStatus?.[statusOf(error, attempt.status ?? null)];
  if (action) return BY_ACTION[action];
  if (error.code === "provider_auth_failed" || STAYS.has(error.class)) return "next-place";
  if (error.status === 409) return "again";
  return PASSES.has(error.class) ? "again" : "give-up";
}

/** An error inside a 200 has the status that it would have had outside; where nothing came there is none. */
const statusOf = (error: GatewayError, status: number | null): number =>
  status === null ? 0 : status >= 400 ? status : error.status;
