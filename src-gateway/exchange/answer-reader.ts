/** Reads a provider's answer as it comes in, decides when it counts as one, and hands it on to the caller. */
import { GatewayError } from "../ir/errors.ts";
import type { AttemptRecord } from "../ir/exchange-record.ts";
import { WIRES } from "../protocols/wires.ts";
import { deliverWhole } from "./deliver-whole.ts";
import { failureOf } from "./error-answer.ts";
import { type AttemptFailure, clientLeft, describeFailure, unknownStreamError } from "./failures.ts";
import type { FrameReader } from "./frame-reader.ts";
import type { Lane } from "./lane.ts";
import type { ExchangeState } from "./state.ts";
import type { Headers, UpstreamFailure, UpstreamSink } from "./types.ts";
import { isPage } from "./unreadable.ts";

/** An error answer longer than this is not read to its end. */
const MAX_ERROR_BYTES = 1024 * 1024;
const MAX_ANSWER_BYTES = 512 * 1024 * 1024;

export interface AnswerControls {
  pause(): void;
  resume(): void;
  abort(): void;
  /** The first content of a stream has come. */
  onContent(): void;
  /** Called once. */
  done(failure: AttemptFailure | null): void;
}

export interface AnswerReader {
  sink: UpstreamSink;
  /** Nobody waits for it any more, and nothing more is read. */
  abandon(): void;
}

export function createAnswerReader(
  state: ExchangeState,
  attempt: AttemptRecord,
  lane: Lane,
  controls: AnswerControls,
): AnswerReader {
  return new Reader(state, attempt, lane, controls);
}

class Reader implements AnswerReader, UpstreamSink {
  readonly sink: UpstreamSink = this;
  private readonly state: ExchangeState;
  private readonly attempt: AttemptRecord;
  private readonly lane: Lane;
  private readonly controls: AnswerControls;
  private status = 0;
  private headers: Headers = {};
  private frames: FrameReader | null = null;
  private chunks: Buffer[] = [];
  private length = 0;
  private isDone = false;
  private readonly headersToClient = (): Record<string, string> => this.lane.headersToClient(this.headers);

  constructor(state: ExchangeState, attempt: AttemptRecord, lane: Lane, controls: AnswerControls) {
    this.state = state;
    this.attempt = attempt;
    this.lane = lane;
    this.controls = controls;
  }

  onHead(status: number, headers: Headers): void {
    const { keeper, inbound } = this.state;
    const elapsedUs = keeper.elapsedUs();
    keeper.outside.heard(inbound.arrivedUs + elapsedUs);
    this.attempt.status = this.status = status;
    this.headers = headers;
    keeper.record.firstByteUs = this.attempt.firstByteUs = elapsedUs;
  }

  onData(chunk: Buffer): void {
    if (this.isDone || chunk.length === 0) return;
    this.noteHeard();
    try {
      this.take(chunk);
    } catch (thrown) {
      this.giveUp(thrown);
    }
  }

  onEnd(): void {
    if (this.isDone) return;
    this.noteHeard();
    try {
      this.takeEnd();
    } catch (thrown) {
      this.giveUp(thrown);
    }
  }

  /** A frame without end, for one. Nothing may be thrown into the provider's connection. */
  private giveUp(cause: unknown): void {
    const message = `The answer of the provider "${this.attempt.provider}" cannot be read.`;
    const error = new GatewayError("provider_error", message, { cause });
    if (this.frames) this.breakOff(this.frames, error);
    else this.finish({ error, accepted: true, relay: null });
    this.controls.abort();
  }

  private take(chunk: Buffer): void {
    if (this.frames === null && this.length === 0 && this.isStream(chunk)) this.frames = this.lane.openFrames();
    if (this.frames) return this.feed(this.frames, chunk);
    this.chunks.push(chunk);
    this.length += chunk.length;
    if (this.length > (this.succeeded ? MAX_ANSWER_BYTES : MAX_ERROR_BYTES)) {
      this.onEnd();
      this.controls.abort();
    }
  }

  private takeEnd(): void {
    if (this.frames) return this.endFrames(this.frames);
    const body = this.chunks.length === 1 ? (this.chunks[0] as Buffer) : Buffer.concat(this.chunks, this.length);
    const { lane, status, headers } = this;
    if (!this.succeeded) return this.finish(failureOf(this.state, { lane, status, headers, body }));
    this.finish(deliverWhole(this.state, { lane, provider: this.attempt.provider, status, headers, body }));
  }

  onError(failure: UpstreamFailure): void {
    if (this.isDone) return;
    this.noteHeard();
    const error = describeFailure(failure, this.attempt.provider, this.status !== 0);
    const accepted = failure.kind !== "connect";
    if (this.frames) this.breakOff(this.frames, error);
    else this.finish({ error, accepted, relay: null });
  }

  abandon(): void {
    if (this.isDone) return;
    if (this.frames) this.state.keeper.learn(this.frames.facts);
    this.finish(clientLeft());
  }

  // Once the client has its headers nobody asks for it any more.
  private noteHeard(): void {
    if (this.state.inbound.reply.status === null) this.state.keeper.outside.heard();
  }

  private get succeeded(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  /** A provider that was asked for a stream may still answer with one JSON object, or name the wrong content type. */
  private isStream(first: Buffer): boolean {
    const { stream } = this.state;
    return stream !== null && this.succeeded && !isPage(first) && this.lane.isStream(this.headers, first);
  }

  private feed(frames: FrameReader, chunk: Buffer): void {
    const { keeper, stream } = this.state;
    const ready = frames.push(chunk);
    if (frames.committed && keeper.record.firstTokenUs === null) {
      keeper.record.firstTokenUs = keeper.elapsedUs();
      this.controls.onContent();
    }
    if (frames.failedEarly) {
      // Settled before the call is stopped: stopping reports a failure of its own.
      this.failEarly(frames);
      this.controls.abort();
      return;
    }
    if (ready === null || stream === null) return;
    if (!stream.write(ready, this.headersToClient)) this.controls.pause();
  }

  private endFrames(frames: FrameReader): void {
    const { keeper, stream, inbound } = this.state;
    const { rest, complete } = frames.end();
    if (!complete && !frames.sawError) {
      const message = `The provider "${this.attempt.provider}" ended its stream before the answer was complete.`;
      return this.breakOff(frames, new GatewayError("provider_cut", message));
    }
    if (frames.failedEarly) return this.failEarly(frames);
    keeper.learn(frames.facts);
    if (stream) {
      if (rest.length > 0) stream.write(rest, this.headersToClient);
      stream.stop();
      inbound.reply.end();
    }
    if (frames.facts.error) keeper.settle("failed_midstream", frames.facts.error);
    else keeper.settle("completed");
    this.finish(null);
  }

  private failEarly({ facts }: FrameReader): void {
    this.state.keeper.learn(facts);
    const error = facts.error ?? unknownStreamError(this.attempt.provider);
    this.finish({ error, accepted: false, relay: null });
  }

  /** The stream broke: before any content the attempt has failed, after it the caller must not take what it has for the whole. */
  private breakOff(frames: FrameReader, error: GatewayError): void {
    const { keeper, inbound, stream, audience } = this.state;
    keeper.learn(frames.facts);
    if (!frames.committed) return this.finish({ error, accepted: true, relay: null });
    this.attempt.errorCode = error.code;
    keeper.settle(audience.clientIsGone ? "client_aborted" : "failed_midstream", error);
    stream?.stop();
    // Nearly all agents retry after a broken connection and fewer after an error event; Gemini's clients are the other
    // way round. None of them may see a clean end. See docs/decisions/2026-11-21-broken-streams.md.
    if (inbound.wire === "gemini-content" && stream) {
      const { requestId } = inbound;
      inbound.reply.end(
        WIRES[inbound.wire].encodeStreamError(error, { requestId, framing: stream.framing, started: true }),
      );
    } else inbound.reply.cut();
    this.finish(null);
  }

  private finish(failure: AttemptFailure | null): void {
    if (this.isDone) return;
    this.isDone = true;
    this.controls.done(failure);
  }
}
