/**
 * From a plan to an answer: which place is tried next, when, and when it is enough.
 *
 * A place is not asked before the latest of all deadlines that are known for it. While every place has to wait the
 * request waits too, with signs of life for its client, as long as that is worth it; then it fails with the time that is
 * left. Nothing is tried again after content has reached the client, and nothing that may have been accepted is sent a
 * second time unless the route allows it.
 */

import type { AttemptOutcome } from "../health/types.ts";
import { GatewayError } from "../ir/errors.ts";
import { enterTarget } from "./admit.ts";
import { type AttemptEnd, runAttempt } from "./attempt.ts";
import { countAtTarget, isCount } from "./count-tokens.ts";
import { createFailoverNotice } from "./failover-notice.ts";
import { type AttemptFailure, clientLeft } from "./failures.ts";
import { answerFromLoopback } from "./loopback.ts";
import { type Place, placesOf } from "./places.ts";
import { targetsThatKnow } from "./response-history.ts";
import { settleFailure } from "./settle-failure.ts";
import { errorOfStop } from "./spend-question.ts";
import type { ExchangeState } from "./state.ts";

/** Null when the caller has been given its answer; the failure to tell it otherwise. */
export async function askTargets(state: ExchangeState): Promise<AttemptFailure | null> {
  const { world, inbound, plan } = state;
  const places = placesOf(targetsThatKnow(state), state.home, world.random);
  const maxAttempts = plan.policy?.attempts ?? world.retry.maxAttempts;
  const deadlineMs = nowMs(state) + (plan.policy?.totalMs ?? world.retry.totalMs);
  const failover = createFailoverNotice(inbound, world);
  let last: AttemptFailure | null = null;
  for (let attempts = 0; attempts < maxAttempts; ) {
    if (inbound.signal.aborted) return clientLeft();
    const place = firstAtOnce(state, places) ?? (await nextPlace(state, places, deadlineMs, last));
    if (place === null) return last ?? nobodyLeft();
    if ("error" in place) return place;
    const answering = (): void => failover.answering(place.health);
    const outcome = await tryPlace(state, place, answering);
    if (outcome === "busy") continue;
    if (outcome?.stopped) {
      for (const other of places) if (other.target === place.target) other.isSpent = true;
      last = outcome;
      continue;
    }
    if (outcome === null) {
      answering();
      return null;
    }
    await state.spending.failTarget();
    failover.failed(place.health, outcome, state.keeper.record.attempts.at(-1));
    state.audience.review();
    if (inbound.signal.aborted) return outcome;
    attempts++;
    last = outcome;
    if (settleFailure(state, places, place, outcome) === "give-up") return outcome;
  }
  return last ?? nobodyLeft();
}

const nowMs = ({ world }: ExchangeState): number => world.turnClock.monotonicUs() / 1000;

/**
 * The place that may be asked now, after waiting for the earliest one if need be; null when none is left. Of several it is
 * the one that has failed least, and then the first: no attempt is spent on a target's other keys, or on another try there,
 * while a target that has not failed is waiting to be asked.
 */
async function nextPlace(
  state: ExchangeState,
  places: readonly Place[],
  deadlineMs: number,
  last: AttemptFailure | null,
): Promise<Place | AttemptFailure | null> {
  const { world, inbound } = state;
  const from = (place: Place): number => notBefore(state, place);
  for (;;) {
    const now = nowMs(state);
    const left = places.filter((place) => !place.isSpent);
    if (left.length === 0) return null;
    const [ready] = left
      .filter((place) => from(place) <= now)
      .toSorted((one, other) => one.faults - other.faults || one.tries - other.tries);
    if (ready) return ready;
    const earliest = Math.min(...left.map(from));
    const waitMs = Math.ceil(earliest - now);
    const isCounting = isCount(inbound.target.surface);
    if (earliest > deadlineMs || waitMs > world.retry.maxWaitMs || isCounting) {
      const lastHope = left.find((place) => place.tries === 0 && isAboutTheKey(state, place));
      if (!lastHope || isCounting) return tooLong(last, left, waitMs, state);
      world.health.reset(lastHope.health);
      return lastHope;
    }
    await world.wait(waitMs, inbound.signal);
    if (inbound.signal.aborted) return clientLeft();
  }
}

/** Nearly always: nothing was tried yet, and the first place can be asked. */
function firstAtOnce(state: ExchangeState, places: readonly Place[]): Place | null {
  const [first] = places;
  return first !== undefined && places.every(isUntried) && notBefore(state, first) <= nowMs(state) ? first : null;
}

const notBefore = ({ world }: ExchangeState, { target, notBeforeMs, health }: Place): number =>
  target.instance === null ? 0 : Math.max(notBeforeMs, world.health.availableAtMs(health));

const isUntried = ({ faults, tries, isSpent }: Place): boolean => faults === 0 && tries === 0 && !isSpent;

/**
 * A key that was refused or used up is left alone while there are others. As the only one it is asked all the same: it may
 * have been mended since, and if not, the provider says best what is wrong.
 */
function isAboutTheKey({ world }: ExchangeState, { health }: Place): boolean {
  const cause = world.health.obstacle(health)?.cause;
  return cause === "auth" || cause === "quota";
}

/** The provider's own words where there are some; they hold the time to wait, too. */
function tooLong(
  last: AttemptFailure | null,
  left: readonly Place[],
  waitMs: number,
  state: ExchangeState,
): AttemptFailure {
  if (last?.error.class === "rate_limit" || last?.error.class === "quota") return last;
  const reasons = left.map(({ health }) => state.world.health.reason(health)).filter((reason) => reason !== null);
  const why = [...new Set(reasons)].slice(0, 3).join("; ");
  const error = new GatewayError(
    "rate_limited",
    `Every provider of this model has to be left alone for now${why === "" ? "" : `: ${why}`}. Try again in ${Math.ceil(waitMs / 1000)} s.`,
    { retryAfterMs: waitMs, ...(last ? { cause: last.error } : {}) },
  );
  return { error, accepted: false, relay: null };
}

const nobodyLeft = (): AttemptFailure => ({
  error: new GatewayError("provider_unreachable", "No provider of this model could be asked."),
  accepted: false,
  relay: null,
});

/** One attempt; "busy" when another request is trying the place out just now. */
async function tryPlace(
  state: ExchangeState,
  place: Place,
  answering: () => void,
): Promise<AttemptFailure | null | "busy"> {
  const { world, inbound, keeper } = state;
  const { target } = place;
  const entering = state.spending.enterTarget(target);
  const stopped = entering instanceof Promise ? await entering : entering;
  if (stopped !== null)
    return { error: errorOfStop(stopped, world.clock.nowUs()), accepted: false, relay: null, stopped };
  keeper.ask(target.provider, target.model);
  if (target.instance === null) {
    await answerFromLoopback(state, target);
    return null;
  }
  const provider = { ...target, instance: target.instance, key: place.key };
  if (isCount(inbound.target.surface)) {
    await countAtTarget(state, provider);
    return null;
  }
  const ticket = world.health.begin(place.health);
  if (ticket === null) {
    // Half open: whoever came first finds out.
    await state.spending.leaveTarget();
    place.notBeforeMs = nowMs(state) + world.retry.baseMs;
    return "busy";
  }
  try {
    const key = { provider: target.provider, key: place.key.id };
    const waiting = enterTarget(world.admission, key, state.admission);
    const permit = waiting instanceof Promise ? await waiting : waiting;
    try {
      const end = await runAttempt(state, provider, {
        reason: reasonFor(place),
        onContent() {
          ticket.answering();
          answering();
        },
      });
      ticket.end(outcomeOf(end, state));
      if (end.failure === null && end.isComplete) state.settleHome(place.health);
      return end.failure;
    } finally {
      permit.release();
    }
  } finally {
    // Without effect where the attempt has said how it ended.
    ticket.end({ kind: "unrelated" });
  }
}

function reasonFor({ target, key, tries }: Place): string {
  if (key.id === "default" && tries === 0) return target.reason;
  return [target.reason, key.id === "default" ? "" : `key "${key.id}"`, tries === 0 ? "" : `try ${tries + 1}`]
    .filter((part) => part !== "")
    .join("; ");
}

function outcomeOf(
  { failure, attempt, isComplete, brokenBy }: AttemptEnd,
  { keeper, inbound }: ExchangeState,
): AttemptOutcome {
  if (failure !== null) {
    if (inbound.signal.aborted || failure.unsayable) return { kind: "unrelated" };
    const { code, retryAfterMs } = failure.error;
    return { kind: "failed", errorCode: code, status: attempt.status, retryAfterMs: retryAfterMs ?? null };
  }
  if (brokenBy !== null) return { kind: "broken", errorCode: brokenBy };
  if (!isComplete) return { kind: "unrelated" };
  const { firstTokenUs, usage, usageSource } = keeper.record;
  return {
    kind: "answered",
    firstTokenMs: firstTokenUs === null ? null : (firstTokenUs - attempt.startedUs) / 1000,
    totalMs: ((attempt.endedUs ?? attempt.startedUs) - attempt.startedUs) / 1000,
    outputTokens: usageSource === "provider" ? usage.output : null,
  };
}
