/** A provider's answer on its way back: every byte as it comes, at the pace of the client. */
import { GatewayError } from "../../ir/errors.ts";
import type { AttemptRecord } from "../../ir/exchange-record.ts";
import type { WireProtocol } from "../../ir/protocol.ts";
import { WIRES } from "../../protocols/wires.ts";
import { type AttemptFailure, clientLeft, dated, describeFailure, isJson } from "../failures.ts";
import type { Headers, UpstreamFailure, UpstreamSink } from "../types.ts";
import { type AnswerTap, createAnswerTap } from "./answer-tap.ts";
import { answerHeaders } from "./passthrough-headers.ts";
import { wireOfBase } from "./provider-url.ts";
import type { PassthroughState } from "./try-target.ts";
import type { PassthroughTarget } from "./types.ts";

/** An error answer longer than this is not read to its end. */
const MAX_ERROR_BYTES = 1024 * 1024;

export interface RelayControls {
  pause(): void;
  abort(): void;
  /** Called once. */
  done(failure: AttemptFailure | null): void;
}

export function createAnswerRelay(
  state: PassthroughState,
  target: PassthroughTarget,
  attempt: AttemptRecord,
  controls: RelayControls,
): UpstreamSink {
  return new Relay(state, target, attempt, controls);
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
    keeper.outside.heard();
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
    if (!this.tap) keeper.outside.heard();
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
    keeper.outside.heard();
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

  private failWithAnswer(said: Buffer): void {
    const body = this.state.world.hideSecrets?.(said) ?? said;
    const headersNow = dated(this.headers, this.state.world.clock.nowUs());
    const error = this.named(WIRES[this.wire].decodeError(this.status, headersNow, body));
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
