/**
 * One try at one provider. Until the first content of the answer it can still fail without the caller noticing; from
 * then on the attempt is the answer, and a failure is shown in the caller's own stream.
 */

import { type GatewayError, toGatewayError } from "../ir/errors.ts";
import type { AttemptRecord } from "../ir/exchange-record.ts";
import type { ProviderInstance, ProviderKey } from "../providers/types.ts";
import type { PlanTarget } from "../routing/types.ts";
import { createAnswerReader } from "./answer-reader.ts";
import { type AttemptFailure, clientLeft } from "./failures.ts";
import type { Lane } from "./lane.ts";
import { tracedHeaders } from "./observe.ts";
import { createRelay } from "./relay.ts";
import type { ExchangeState } from "./state.ts";
import { tellIdentity } from "./tell-identity.ts";
import { createTranslation } from "./translation.ts";
import type { UpstreamCall } from "./types.ts";

export type ProviderTarget = PlanTarget & { instance: ProviderInstance; key: ProviderKey };

export interface AttemptEnd {
  /** Null when the caller has been given its answer, broken off or not. */
  failure: AttemptFailure | null;
  attempt: AttemptRecord;
  /** The answer came to its end. */
  isComplete: boolean;
  /** What it was broken off by, after content had come. */
  brokenBy: string | null;
}

export async function runAttempt(
  state: ExchangeState,
  target: ProviderTarget,
  about: { reason: string; onContent: () => void },
): Promise<AttemptEnd> {
  const { keeper } = state;
  const attempt: AttemptRecord = {
    provider: target.provider,
    model: target.model,
    status: null,
    errorCode: null,
    reason: about.reason,
    startedUs: keeper.elapsedUs(),
    firstByteUs: null,
    endedUs: null,
  };
  keeper.record.attempts.push(attempt);
  keeper.record.queueUs ??= attempt.startedUs;
  const failure = await send(state, target, attempt, about.onContent);
  attempt.endedUs = keeper.elapsedUs();
  if (failure) attempt.errorCode = failure.error.code;
  const isBroken = failure === null && keeper.outcome === "failed_midstream";
  return {
    failure,
    attempt,
    isComplete: failure === null && keeper.outcome === "completed",
    brokenBy: isBroken ? (keeper.record.errorCode ?? "provider_cut") : null,
  };
}

async function send(
  state: ExchangeState,
  target: ProviderTarget,
  attempt: AttemptRecord,
  onContent: () => void,
): Promise<AttemptFailure | null> {
  const { inbound, world } = state;
  let lane: Lane;
  try {
    lane = await openLane(state, target);
  } catch (error) {
    const wording = toGatewayError(error);
    // What cannot be said in this provider's words may well be said in the next one's.
    return { error: wording, accepted: false, relay: null, ...(isUnsayable(wording) ? { unsayable: true } : {}) };
  }
  if (inbound.signal.aborted) return clientLeft();
  state.keeper.record.losses = [...lane.losses];
  return new Promise((resolve) => {
    let call: UpstreamCall | null = null;
    // However steadily it comes: an answer that never ends would hold its connection and its bill open for ever.
    const totalTimer = setTimeout(() => {
      reader.sink.onError({ kind: "idle-timeout", detail: `it took longer than ${world.retry.totalMs / 1000} s` });
      call?.abort();
    }, world.retry.totalMs);
    const reader = createAnswerReader(state, attempt, lane, {
      pause: () => call?.pause(),
      resume: () => call?.resume(),
      abort: () => call?.abort(),
      onContent,
      done: (failure) => {
        clearTimeout(totalTimer);
        inbound.signal.removeEventListener("abort", onClientGone);
        inbound.reply.onDrain = null;
        resolve(failure);
      },
    });
    const onClientGone = (): void => {
      // Settled before the call is stopped: stopping reports a failure of its own.
      reader.abandon();
      call?.abort();
    };
    inbound.signal.addEventListener("abort", onClientGone, { once: true });
    inbound.reply.onDrain = () => call?.resume();
    const headers = tracedHeaders(lane.request.headers, inbound, world, state.keeper);
    state.keeper.outside.leave();
    call = world.dispatch({ ...lane.request, headers, timeouts: world.timeouts }, reader.sink);
  });
}

/** @throws GatewayError credential_missing, and what a translation refuses. */
async function openLane(state: ExchangeState, target: ProviderTarget): Promise<Lane> {
  const isSame = target.wire === state.inbound.wire && !state.mustTranslate(target);
  const lane = isSame ? createRelay(state, target) : createTranslation(state, target);
  state.sent = isSame ? null : { wire: target.wire, body: lane.request.body };
  const told = tellIdentity(lane.request, state.world.identity?.() ?? [], {
    principal: state.principal,
    project: state.keeper.record.project,
    provider: target.provider,
    model: state.head.model,
  });
  // Last, because some providers want the whole request signed.
  return { ...lane, request: await state.world.authorize(target, told) };
}

const isUnsayable = (error: GatewayError): boolean =>
  error.code === "unsupported_operation" || error.code === "translation_refused";
