/** One try at one provider: the request goes out as it comes in, the answer goes back as it comes in. */
import { GatewayError, toGatewayError } from "../../ir/errors.ts";
import type { AttemptRecord } from "../../ir/exchange-record.ts";
import { WIRE_PROTOCOLS, type WireProtocol } from "../../ir/protocol.ts";
import { WIRES } from "../../protocols/wires.ts";
import { type AttemptFailure, clientLeft, describeFailure, isJson } from "../failures.ts";
import type { RecordKeeper } from "../record.ts";
import type { Headers, UpstreamCall, UpstreamFailure, UpstreamSink } from "../types.ts";
import { type AnswerTap, createAnswerTap } from "./answer-tap.ts";
import type { OutgoingBody } from "./outgoing-body.ts";
import { answerHeaders, passthroughHeaders } from "./passthrough-headers.ts";
import type { PassthroughInbound, PassthroughTarget, PassthroughWorld, ProviderBase } from "./types.ts";

/** An error answer longer than this is not read to its end. */
const MAX_ERROR_BYTES = 1024 * 1024;

export interface PassthroughState {
  inbound: PassthroughInbound;
  world: PassthroughWorld;
  keeper: RecordKeeper;
  body: OutgoingBody;
}

/** The client's wire that a provider is answered for in: OpenAI's where the provider's is nobody's but its own. */
export const wireOfBase = (base: ProviderBase): WireProtocol =>
  WIRE_PROTOCOLS.find((wire) => wire === base) ?? "openai-chat";

/** @returns null when the client has been given its answer, broken off or not. */
export async function relayAnswer(state: PassthroughState, target: PassthroughTarget): Promise<AttemptFailure | null> {
  const { inbound, world, keeper, body } = state;
  const attempt = startAttempt(keeper, target);
  const finish = (failure: AttemptFailure | null): AttemptFailure | null => {
    attempt.endedUs = keeper.elapsedUs();
    if (failure) attempt.errorCode = failure.error.code;
    return failure;
  };
  let credentialHeaders: Record<string, string>;
  try {
    credentialHeaders = await world.credentialHeaders(target.instance, wireOfBase(target.base));
  } catch (error) {
    return finish({ error: toGatewayError(error), accepted: false, relay: null });
  }
  if (inbound.signal.aborted) return finish(clientLeft());
  const headers = { ...passthroughHeaders(target, inbound.headers, body), ...credentialHeaders };
  return finish(
    await new Promise((resolve) => {
      let call: UpstreamCall | null = null;
      const onClientGone = (): void => call?.abort();
      const relay = new Relay(state, target, attempt, {
        pause: () => call?.pause(),
        abort: () => call?.abort(),
        done: (failure) => {
          inbound.signal.removeEventListener("abort", onClientGone);
          inbound.reply.onDrain = null;
          resolve(failure);
        },
      });
      inbound.signal.addEventListener("abort", onClientGone, { once: true });
      inbound.reply.onDrain = () => call?.resume();
      call = world.dispatch(
        {
          url: target.url,
          method: inbound.method,
          headers,
          body: body.content(target.model),
          timeouts: world.timeouts,
        },
        relay,
      );
    }),
  );
}

function startAttempt(keeper: RecordKeeper, target: PassthroughTarget): AttemptRecord {
  const attempt: AttemptRecord = {
    provider: target.instance.id,
    model: target.model ?? "",
    status: null,
    errorCode: null,
    reason: target.reason,
    startedUs: keeper.elapsedUs(),
    firstByteUs: null,
    endedUs: null,
  };
  keeper.record.attempts.push(attempt);
  keeper.record.queueUs ??= attempt.startedUs;
  return attempt;
}

interface RelayControls {
  pause(): void;
  abort(): void;
  /** Called once. */
  done(failure: AttemptFailure | null): void;
}

class Relay implements UpstreamSink {
  private readonly state: PassthroughState;
  private readonly target: PassthroughTarget;
  private readonly attempt: AttemptRecord;
  private readonly controls: RelayControls;
  private status = 0;
  private headers: Headers = {};
  /** Null until an answer that is none of an error has begun. */
  private tap: AnswerTap | null = null;
  private errorChunks: Buffer[] = [];
  private errorBytes = 0;
  private isDone = false;

  constructor(state: PassthroughState, target: PassthroughTarget, attempt: AttemptRecord, controls: RelayControls) {
    this.state = state;
    this.target = target;
    this.attempt = attempt;
    this.controls = controls;
  }

  onHead(status: number, headers: Headers): void {
    const { inbound, keeper } = this.state;
    this.status = status;
    this.headers = headers;
    this.attempt.status = status;
    this.attempt.firstByteUs = keeper.elapsedUs();
    keeper.record.firstByteUs = this.attempt.firstByteUs;
    if (status >= 400) return;
    const contentType = String(headers["content-type"] ?? "");
    if (contentType.includes("event-stream")) keeper.record.stream = true;
    this.tap = createAnswerTap({ surface: inbound.route.surface, wire: this.wire, contentType });
    inbound.reply.start(status, answerHeaders(headers));
  }

  onData(chunk: Buffer): void {
    if (this.isDone || chunk.length === 0) return;
    const { inbound, keeper } = this.state;
    if (this.tap) {
      keeper.record.firstTokenUs ??= keeper.elapsedUs();
      this.tap.push(chunk);
      if (!inbound.reply.write(chunk)) this.controls.pause();
      return;
    }
    this.errorChunks.push(chunk);
    this.errorBytes += chunk.length;
    if (this.errorBytes <= MAX_ERROR_BYTES) return;
    this.onEnd();
    this.controls.abort();
  }

  onEnd(): void {
    if (this.isDone) return;
    const { inbound, keeper } = this.state;
    if (!this.tap) return this.failWithAnswer(Buffer.concat(this.errorChunks, this.errorBytes));
    const { facts, complete } = this.tap.finish();
    keeper.learn(facts);
    if (!complete) {
      const message = `The provider "${this.attempt.provider}" ended its stream before the answer was complete.`;
      return this.breakOff(new GatewayError("provider_cut", message));
    }
    inbound.reply.end();
    if (facts.error) {
      this.attempt.errorCode = facts.error.code;
      keeper.settle("failed_midstream", facts.error);
    } else keeper.settle("completed");
    this.finish(null);
  }

  onError(failure: UpstreamFailure): void {
    if (this.isDone) return;
    const { inbound, keeper, body } = this.state;
    if (inbound.signal.aborted || body.broke()) {
      if (this.tap) keeper.learn(this.tap.finish().facts);
      return this.finish(clientLeft());
    }
    const error = describeFailure(failure, this.attempt.provider, this.status !== 0);
    if (!this.tap) return this.finish({ error, accepted: failure.kind !== "connect", relay: null });
    keeper.learn(this.tap.finish().facts);
    this.breakOff(error);
  }

  /** What has been sent must not be taken for the whole. */
  private breakOff(error: GatewayError): void {
    const { inbound, keeper } = this.state;
    this.attempt.errorCode = error.code;
    keeper.settle("failed_midstream", error);
    inbound.reply.cut();
    this.finish(null);
  }

  private failWithAnswer(body: Buffer): void {
    const error = this.named(WIRES[this.wire].decodeError(this.status, this.headers, body));
    // A refused credential is the gateway's own, not the caller's: passing it on would send people after the wrong key.
    const mayRelay = error.code !== "provider_auth_failed" && isJson(this.headers, body);
    const headers = { ...answerHeaders(this.headers), "content-length": String(body.length) };
    this.finish({ error, accepted: false, relay: mayRelay ? { status: this.status, headers, body } : null });
  }

  /** Where no model was asked for, none can be missing. */
  private named(error: GatewayError): GatewayError {
    if (error.code !== "model_not_found" || this.target.model !== null) return error;
    return new GatewayError("not_found", error.message, { status: error.status });
  }

  private get wire(): WireProtocol {
    return this.state.inbound.route.dialect ?? wireOfBase(this.target.base);
  }

  private finish(failure: AttemptFailure | null): void {
    if (this.isDone) return;
    this.isDone = true;
    this.controls.done(failure);
  }
}
