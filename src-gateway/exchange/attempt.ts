/**
 * One try at one provider. Until the first content of the answer it can still fail without the caller noticing; from
 * then on the attempt is the answer, and a failure is shown in the caller's own stream.
 */

import { type GatewayError, toGatewayError } from "../ir/errors.ts";
import type { AttemptRecord } from "../ir/exchange-record.ts";
import type { Soon } from "../lib/soon.ts";
import { type TimeLimit, TimeLimits } from "../lib/time-limits.ts";
import type { ProviderInstance, ProviderKey } from "../providers/types.ts";
import type { PlanTarget } from "../routing/types.ts";
import { type AnswerControls, type AnswerReader, createAnswerReader } from "./answer-reader.ts";
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

export function runAttempt(
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
  const opening = openOrFail(state, target);
  return opening instanceof Promise
    ? opening.then((opened) => send(state, attempt, opened, about.onContent))
    : send(state, attempt, opening, about.onContent);
}

function openOrFail(state: ExchangeState, target: ProviderTarget): Soon<Lane | AttemptFailure> {
  try {
    const opening = openLane(state, target);
    return opening instanceof Promise ? opening.catch(unopened) : opening;
  } catch (error) {
    return unopened(error);
  }
}

/** What cannot be said in this provider's words may well be said in the next one's. */
function unopened(thrown: unknown): AttemptFailure {
  const error = toGatewayError(thrown);
  return { error, accepted: false, relay: null, ...(isUnsayable(error) ? { unsayable: true } : {}) };
}

function send(
  state: ExchangeState,
  attempt: AttemptRecord,
  opened: Lane | AttemptFailure,
  onContent: () => void,
): Promise<AttemptEnd> {
  if ("error" in opened) return Promise.resolve(endOf(state, attempt, opened));
  if (state.inbound.signal.aborted) return Promise.resolve(endOf(state, attempt, clientLeft()));
  // Mostly there are none, and spreading an empty list costs more than making one.
  state.keeper.record.losses = opened.losses.length === 0 ? [] : [...opened.losses];
  return new Promise((resolve) => new Sending(state, attempt, opened, onContent, resolve).begin());
}

function endOf({ keeper }: ExchangeState, attempt: AttemptRecord, failure: AttemptFailure | null): AttemptEnd {
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

/** One request on its way to a provider, and everything that can end it. */
class Sending implements AnswerControls {
  private readonly state: ExchangeState;
  private readonly attempt: AttemptRecord;
  private readonly lane: Lane;
  private readonly reader: AnswerReader;
  private readonly resolve: (end: AttemptEnd) => void;
  private call: UpstreamCall | null = null;
  private limit: TimeLimit<Sending> | null = null;
  readonly onContent: () => void;

  constructor(
    state: ExchangeState,
    attempt: AttemptRecord,
    lane: Lane,
    onContent: () => void,
    resolve: (end: AttemptEnd) => void,
  ) {
    this.state = state;
    this.attempt = attempt;
    this.lane = lane;
    this.onContent = onContent;
    this.resolve = resolve;
    this.reader = createAnswerReader(state, attempt, lane, this);
  }

  begin(): void {
    const { inbound, world, keeper } = this.state;
    // However steadily it comes: an answer that never ends would hold its connection and its bill open for ever.
    this.limit = totalLimits.set(world.retry.totalMs, this);
    inbound.signal.addEventListener("abort", this, { once: true });
    inbound.reply.onDrain = () => this.resume();
    const { url, body, headers } = this.lane.request;
    keeper.outside.leave();
    const request = { url, body, headers: tracedHeaders(headers, inbound, world, keeper), timeouts: world.timeouts };
    this.call = world.dispatch(request, this.reader.sink);
  }

  /** The client has gone. */
  handleEvent(): void {
    // Settled before the call is stopped: stopping reports a failure of its own.
    this.reader.abandon();
    this.abort();
  }

  takeTooLong(): void {
    const detail = `it took longer than ${this.state.world.retry.totalMs / 1000} s`;
    this.reader.sink.onError({ kind: "idle-timeout", detail });
    this.abort();
  }

  pause(): void {
    this.call?.pause();
  }

  resume(): void {
    this.call?.resume();
  }

  abort(): void {
    this.call?.abort();
  }

  done(failure: AttemptFailure | null): void {
    const { inbound } = this.state;
    this.limit?.lift();
    inbound.signal.removeEventListener("abort", this);
    inbound.reply.onDrain = null;
    this.resolve(endOf(this.state, this.attempt, failure));
  }
}

const totalLimits = new TimeLimits<Sending>((sending) => sending.takeTooLong());

/** @throws GatewayError credential_missing, and what a translation refuses. */
function openLane(state: ExchangeState, target: ProviderTarget): Soon<Lane> {
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
  const authorized = state.world.authorize(target, told);
  if (authorized instanceof Promise) return authorized.then((request) => withRequest(lane, request));
  return withRequest(lane, authorized);
}

function withRequest(lane: Lane, request: Lane["request"]): Lane {
  lane.request = request;
  return lane;
}

const isUnsayable = (error: GatewayError): boolean =>
  error.code === "unsupported_operation" || error.code === "translation_refused";
