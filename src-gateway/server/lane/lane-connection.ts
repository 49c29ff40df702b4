/** One connection of the lane: requests in, one after the other, until one comes that is not usual. */
import type { Socket } from "node:net";
import { Readable } from "node:stream";
import { turnMs } from "../../lib/end-of-turn.ts";
import type { InferenceRoute } from "../inference-handler.ts";
import { answerClientError } from "../raw-answers.ts";
import type { Closing } from "./answer-head.ts";
import { KnownHead } from "./known-head.ts";
import { type ArrivalFacts, type ArrivalOwner, LaneArrival } from "./lane-arrival.ts";

/** Longer heads are for `node:http`, which takes four times as much. */
const MAX_HEAD_BYTES = 16 * 1024;
/** So much is taken in that nobody has asked for yet. */
const MAX_KEPT_BYTES = 64 * 1024;
/** How long a client may leave a connection open that has been told why it is closed. */
const MAX_PARTING_MS = 2_000;
const HEAD_END = Buffer.from("\r\n\r\n");

export interface LaneHead extends ArrivalFacts {
  route: InferenceRoute;
  isLast: boolean;
  /** With the empty line behind it. */
  headBytes: number;
}

export interface ConnectionOwner {
  /** Null for what is not usual, or not answered in the lane. */
  understand(text: string, socket: Socket): LaneHead | null;
  closingNow(): boolean;
  begun(arrival: LaneArrival, route: InferenceRoute): void;
  ended(): void;
  /** With its bytes put back. */
  handOver(connection: LaneConnection): void;
  closed(connection: LaneConnection): void;
}

export interface SilenceLimits {
  headersMs: number;
  requestMs: number;
  idleMs: number;
}

export class LaneConnection implements ArrivalOwner {
  readonly socket: Socket;
  /** Where it stands in its owner's list. */
  place = 0;
  private readonly owner: ConnectionOwner;
  private current: LaneArrival | null = null;
  /** What came behind the request that is being answered. */
  private rest: Buffer | null = null;
  /** It has connected, its request has begun, or its last answer has ended: whatever was last. */
  private sinceMs = turnMs();
  private isNew = true;
  private isParting = false;
  private known: KnownHead | null = null;

  constructor(socket: Socket, owner: ConnectionOwner) {
    this.socket = socket;
    this.owner = owner;
    socket.push = this.onPush;
    socket.on("data", this.onData);
    socket.on("end", this.onEnd);
    socket.on("close", this.onClose);
    socket.on("error", ignore);
    socket.on("drain", this.onDrain);
    socket.on("timeout", this.onTimeout);
  }

  /** Between two requests. A new one may be about to bring its first. */
  get isIdle(): boolean {
    return this.current === null && this.rest === null && !this.isNew;
  }

  private readonly onData = (chunk: Buffer): void => {
    if (this.isParting) return;
    let bytes: Buffer | null = chunk;
    if (this.current !== null) bytes = this.feed(this.current, chunk);
    if (bytes === null) return;
    if (this.current !== null || this.rest !== null) this.keep(bytes);
    else this.begin(bytes);
  };

  /**
   * What comes in passes by the stream's queue while that is empty and flows. It would look for more after each piece, in a
   * tick of its own, which takes longer than to begin a request; and a socket is not asked for more, it brings it.
   */
  private readonly onPush = (chunk: Buffer | null): boolean => {
    const { socket } = this;
    if (chunk === null || socket.readableFlowing !== true || socket.readableLength > 0)
      return queue.call(socket, chunk);
    this.onData(chunk);
    return true;
  };

  private begin(bytes: Buffer): void {
    const head = this.headOf(bytes);
    if (head === null) {
      this.handOver(bytes);
      return;
    }
    const closing: Closing = this.owner.closingNow() ? "stopping" : head.isLast ? "client" : "no";
    const arrival = new LaneArrival(this, head, closing);
    this.current = arrival;
    this.isNew = false;
    this.sinceMs = turnMs();
    if (bytes.length > head.headBytes) {
      const behind = this.feed(arrival, bytes.subarray(head.headBytes));
      if (behind !== null) this.keep(behind);
    }
    this.owner.begun(arrival, head.route);
  }

  /** Null too while not the whole of it is there: `node:http` waits for the rest. */
  private headOf(bytes: Buffer): LaneHead | null {
    const known = this.known?.read(bytes) ?? null;
    if (known !== null) return known;
    const end = bytes.indexOf(HEAD_END);
    if (end < 0 || end > MAX_HEAD_BYTES) return null;
    const text = bytes.toString("latin1", 0, end + HEAD_END.length);
    const head = this.owner.understand(text, this.socket);
    if (head !== null) this.known = new KnownHead(text, head);
    return head;
  }

  /** @returns what stands behind the body; null when nothing does. */
  private feed(arrival: LaneArrival, chunk: Buffer): Buffer | null {
    const { body } = arrival;
    const { leftBytes } = body;
    if (leftBytes === 0) return chunk;
    const isMore = chunk.length > leftBytes;
    const piece = isMore ? chunk.subarray(0, leftBytes) : chunk;
    // A small body must not hold the large memory that it was read into, and gives back what it was read into.
    const isAlone = !isMore && piece.length * 2 >= piece.buffer.byteLength;
    if (!body.take(isAlone ? piece : Buffer.from(piece))) {
      this.socket.destroy();
      return null;
    }
    if (body.keptBytes > MAX_KEPT_BYTES) this.socket.pause();
    if (body.leftBytes === 0 && arrival.isAnswered) this.release(arrival);
    return isMore ? chunk.subarray(leftBytes) : null;
  }

  private keep(bytes: Buffer): void {
    this.rest = this.rest === null ? Buffer.from(bytes) : Buffer.concat([this.rest, bytes]);
    if (this.rest.length > MAX_KEPT_BYTES) this.socket.pause();
  }

  readOn(): void {
    if (this.socket.isPaused() && !this.isParting) this.socket.resume();
  }

  answered(arrival: LaneArrival, isWhole: boolean): void {
    this.owner.ended();
    if (!isWhole) this.part();
    else if (arrival.body.leftBytes === 0) this.release(arrival);
    else arrival.discardRest(Number.MAX_SAFE_INTEGER);
  }

  private release(arrival: LaneArrival): void {
    this.current = null;
    if (arrival.closing !== "no") {
      this.part();
      return;
    }
    this.sinceMs = turnMs();
    // Not from within the call that has ended the answer.
    if (this.rest !== null) process.nextTick(this.goOn);
  }

  private readonly goOn = (): void => {
    const { rest } = this;
    if (rest === null || this.current !== null || this.isParting || this.socket.destroyed) return;
    this.rest = null;
    this.readOn();
    this.begin(rest);
  };

  /** Closes once what was written has gone out; what still comes is nobody's. */
  private part(): void {
    this.isParting = true;
    this.socket.destroySoon();
  }

  private handOver(bytes: Buffer): void {
    const { socket } = this;
    socket.push = queue;
    socket.off("data", this.onData);
    socket.off("end", this.onEnd);
    socket.off("close", this.onClose);
    socket.off("error", ignore);
    socket.off("drain", this.onDrain);
    socket.off("timeout", this.onTimeout);
    socket.unshift(bytes);
    this.owner.handOver(this);
  }

  /** As with `node:http`: a client that has nothing more to say is given what was written, and no more. */
  private readonly onEnd = (): void => {
    const isCutShort = this.current !== null && this.current.body.leftBytes > 0;
    if (isCutShort) this.refuse("HPE_INVALID_EOF_STATE");
    else {
      this.isParting = true;
      this.socket.end();
    }
  };

  private readonly onClose = (): void => {
    const { current } = this;
    this.isParting = true;
    this.owner.closed(this);
    if (current === null) return;
    if (!current.isAnswered) this.owner.ended();
    current.gone();
  };

  private readonly onDrain = (): void => this.current?.reply?.drained();

  /** Of an answer that nobody takes. */
  private readonly onTimeout = (): void => void this.socket.destroy();

  /** @param nowMs monotonic */
  check(nowMs: number, limits: SilenceLimits): void {
    const silentMs = nowMs - this.sinceMs;
    if (this.isParting) {
      if (silentMs > MAX_PARTING_MS && this.socket.writableFinished) this.socket.destroy();
    } else if (this.current !== null) {
      if (this.current.body.leftBytes > 0 && silentMs > limits.requestMs) this.refuse("ERR_HTTP_REQUEST_TIMEOUT");
    } else if (this.isNew) {
      if (silentMs > limits.headersMs) this.refuse("ERR_HTTP_REQUEST_TIMEOUT");
    } else if (silentMs > limits.idleMs) this.socket.destroy();
  }

  /** In words, unless they would become a part of an answer that has begun. */
  private refuse(code: string): void {
    const { current } = this;
    this.isParting = true;
    this.sinceMs = turnMs();
    if (current?.reply?.status != null && !current.isAnswered) this.socket.destroySoon();
    else answerClientError(Object.assign(new Error(code), { code }), this.socket);
  }
}

const ignore = (): void => {};

/** What a socket does with what has come in. */
function queue(this: Socket, chunk: Buffer | null): boolean {
  return Readable.prototype.push.call(this, chunk);
}
