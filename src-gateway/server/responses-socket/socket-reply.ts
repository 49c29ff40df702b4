/** An answer as messages: each event of its stream is one, and an answer that is none becomes an error. */
import type { WebSocket } from "ws";
import type { Reply } from "../../exchange/types.ts";
import { GatewayError } from "../../ir/errors.ts";
import { openAiError } from "../../protocols/openai-errors.ts";
import { createSseSplitter } from "../../protocols/sse/splitter.ts";
import { createAnswerListener } from "./answer-listener.ts";

export interface SocketReply extends Reply {
  /** What the connection has to remember; null when the answer did not come to its end. */
  answer: ReturnType<typeof createAnswerListener>["answer"];
}

/** The client is slow when more than this waits for it, and has caught up when no more than that does. */
const SLOW_BYTES = 1024 * 1024;
const CAUGHT_UP_BYTES = 256 * 1024;
const OPEN_BRACE = 0x7b;

export function createSocketReply(socket: WebSocket, options: { lane: string | null; stallMs: number }): SocketReply {
  return new MessageReply(socket, options.lane, options.stallMs);
}

/** `error` is OpenAI's error object. */
export function errorMessage(status: number, error: unknown, lane: string | null): string {
  return JSON.stringify({ type: "error", status, error, ...(lane === null ? {} : { stream_id: lane }) });
}

class MessageReply implements SocketReply {
  onDrain: (() => void) | null = null;
  status: number | null = null;
  bytesOut = 0;
  private readonly socket: WebSocket;
  private readonly stallMs: number;
  private readonly lane: string | null;
  private readonly splitter = createSseSplitter();
  private readonly listener = createAnswerListener();
  private headers: Record<string, string> = {};
  private body: Buffer[] = [];
  private isEnded = false;
  private isSlow = false;
  private unsent = 0;
  private stall: NodeJS.Timeout | null = null;
  private tellFinished: () => void = () => {};

  constructor(socket: WebSocket, lane: string | null, stallMs: number) {
    this.socket = socket;
    this.lane = lane;
    this.stallMs = stallMs;
  }

  start(status: number, headers: Record<string, string>): void {
    this.status ??= status;
    this.headers = headers;
  }

  write(bytes: Buffer): boolean {
    if (this.isEnded) return true;
    if (!this.isStream) this.body.push(bytes);
    else for (const frame of this.splitter.push(bytes)) if (frame.data) this.sendEvent(frame.data);
    if (this.socket.bufferedAmount <= SLOW_BYTES) return true;
    this.isSlow = true;
    return false;
  }

  end(bytes?: Buffer): void {
    if (this.isEnded) return;
    if (bytes) this.write(bytes);
    this.isEnded = true;
    if (this.isStream) {
      for (const frame of this.splitter.finish()) if (frame.data) this.sendEvent(frame.data);
    } else this.sendError(Buffer.concat(this.body));
    this.settle();
  }

  cut(): void {
    if (this.isEnded) return;
    this.isEnded = true;
    // Other answers use the same connection, so it cannot be broken to say that this one is not whole.
    const error = new GatewayError("provider_cut", "The answer broke off before its end. Send the request again.");
    if (this.status !== null) this.send(errorMessage(error.status, openAiError(error), this.lane));
    this.settle();
  }

  async finished(): Promise<boolean> {
    if (this.unsent > 0 && this.isOpen) {
      await new Promise<void>((resolve) => {
        this.tellFinished = resolve;
        this.socket.once("close", resolve);
      });
    }
    this.socket.off("close", this.tellFinished);
    if (this.stall) clearTimeout(this.stall);
    return this.unsent === 0 && this.isEnded;
  }

  answer: SocketReply["answer"] = () => this.listener.answer();

  private get isStream(): boolean {
    return this.status === 200 && (this.headers["content-type"] ?? "").includes("event-stream");
  }

  private get isOpen(): boolean {
    return this.socket.readyState === this.socket.OPEN;
  }

  private sendEvent(event: Buffer): void {
    // Some providers end a stream as Chat does, with a word that is no event.
    if (event[0] !== OPEN_BRACE) return;
    this.listener.hear(event);
    this.send(this.lane === null ? event : withLane(event, this.lane));
  }

  /** An error over HTTP has its status and headers beside it; here they stand inside. */
  private sendError(body: Buffer): void {
    const { error } = parse(body);
    const retryAfter = this.headers["retry-after"];
    const headers = retryAfter === undefined ? {} : { headers: { "retry-after": retryAfter } };
    const known = typeof error === "object" && error !== null ? error : openAiError(unreadable());
    this.send(errorMessage(this.status ?? 502, { ...known, ...headers }, this.lane));
  }

  private send(message: Buffer | string): void {
    this.unsent++;
    if (!this.isOpen) return;
    this.bytesOut += Buffer.byteLength(message);
    this.stall ??= setTimeout(() => this.socket.terminate(), this.stallMs).unref();
    this.socket.send(message, { binary: false }, (failed) => {
      // What was not taken stays unsent.
      if (failed) return;
      this.unsent--;
      this.noteProgress();
      if (this.isSlow && this.socket.bufferedAmount <= CAUGHT_UP_BYTES) {
        this.isSlow = false;
        this.onDrain?.();
      }
      if (this.isEnded) this.settle();
    });
  }

  /** A client that takes nothing at all for as long as `stallMs` has vanished. */
  private noteProgress(): void {
    if (this.unsent > 0) this.stall?.refresh();
    else if (this.stall) {
      clearTimeout(this.stall);
      this.stall = null;
    }
  }

  private settle(): void {
    if (this.unsent === 0) this.tellFinished();
  }
}

function parse(body: Buffer): { error?: unknown } {
  try {
    return JSON.parse(body.toString("utf8")) as { error?: unknown };
  } catch {
    return {};
  }
}

const unreadable = (): GatewayError =>
  new GatewayError("provider_error", "The provider answered with something that is no stream of events.");

/** The same event with the lane as its last member. */
function withLane(event: Buffer, lane: string): Buffer {
  const end = event.lastIndexOf("}");
  const isEmpty = event.toString("latin1", 0, end).trim() === "{";
  const member = Buffer.from(`${isEmpty ? "" : ","}"stream_id":${JSON.stringify(lane)}}`);
  return end < 0 ? event : Buffer.concat([event.subarray(0, end), member]);
}
