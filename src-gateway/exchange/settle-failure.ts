import type { GatewayError } from "../ir/errors.ts";
import type { PlanTarget } from "../routing/types.ts";
import { judge } from "../routing/verdict.ts";
import type { AttemptFailure } from "./failures.ts";
import type { Place } from "./places.ts";
import type { ExchangeState } from "./state.ts";

/** The most that one place is tried, however many attempts are left. */
const TRIES_PER_PLACE = 3;

/** What a failed attempt means for the place it was made at, and for the others. */
export function settleFailure(
  state: ExchangeState,
  places: readonly Place[],
  place: Place,
  failure: AttemptFailure,
): "go-on" | "give-up" {
  const { world, plan } = state;
  if (state.retryWithoutThoughts(failure.error)) return "go-on";
  const verdict = judge(failure.error, {
    accepted: failure.accepted,
    unsayable: failure.unsayable === true,
    mayResend: plan.policy?.resend === true,
    status: state.keeper.record.attempts.at(-1)?.status ?? null,
    onStatus: place.target.instance?.onStatus,
  });
  if (verdict === "give-up") return "give-up";
  const isSame = (other: PlanTarget): boolean => other === place.target;
  // What cannot be said to a target can be said to it with no other key.
  if (failure.unsayable) for (const other of places) if (isSame(other.target)) other.isSpent = true;
  place.tries++;
  if (!isAboutKeys(failure.error)) for (const other of places) if (isSame(other.target)) other.faults++;
  if (verdict === "next-place" || place.tries >= TRIES_PER_PLACE) place.isSpent = true;
  const pauseMs = backoffMs(place.tries, world.retry, world.random());
  place.notBeforeMs = world.turnClock.monotonicUs() / 1000 + Math.max(pauseMs, failure.error.retryAfterMs ?? 0);
  return places.some((other) => !other.isSpent) ? "go-on" : "give-up";
}

const isAboutKeys = ({ code, class: kind }: GatewayError): boolean =>
  kind === "rate_limit" || kind === "quota" || code === "provider_auth_failed" || code === "credential_missing";

/** Exponential with full jitter: callers that failed together do not come back together. */
function backoffMs(tries: number, retry: { baseMs: number; maxMs: number }, random: number): number {
  return random * Math.min(retry.maxMs, retry.baseMs * 2 ** (tries - 1));
}
