/** An answer on a connection of the lane: what `reply.ts` is for `node:http`, with one write for a small answer. */
import type { Socket } from "node:net";
import type { Reply } from "../../exchange/types.ts";
import { EndOfTurn } from "../../lib/end-of-turn.ts";
import { type AnswerHead, type Closing, encodeAnswerHead } from "./answer-head.ts";

/** Longer pieces are not copied to stand beside their frame. */
const MAX_COPIED_BYTES = 16 * 1024;
const NOTHING = Buffer.alloc(0);
const NO_HEADERS: Readonly<Record<string, string>> = {};

/** Whose answer it is. */
export interface ReplyOwner {
  readonly socket: Socket;
  readonly closing: Closing;
  /** The operating system has taken all of it. @param isWhole false where its end does not show where the next begins. */
  delivered(isWhole: boolean): void;
}

export class LaneReply implements Reply {
  onDrain: (() => void) | null = null;
  status: number | null = null;
  bytesOut = 0;
  readonly extraHeaders: Record<string, string> = {};
  lateHeaders: (() => Record<string, string>) | null = null;
  private readonly owner: ReplyOwner;
  private readonly socket: Socket;
  private readonly requestId: string;
  private readonly stallMs: number;
  /** Goes out together with the first piece. */
  private head = "";
  private framing: AnswerHead["framing"] = "chunked";
  private isEnded = false;
  private isDelivered = false;
  private isGone = false;
  private isWaiting = false;
  private isTimed = false;
  /** What it has to say goes out at the end of this turn. */
  private isGathering = false;
  private isCorked = false;
  private last: Buffer | null = null;
  private finishing: Promise<boolean> | null = null;
  private tellFinished: ((isWhole: boolean) => void) | null = null;

  constructor(owner: ReplyOwner, options: { requestId: string; stallMs: number }) {
    this.owner = owner;
    this.socket = owner.socket;
    this.requestId = options.requestId;
    this.stallMs = options.stallMs;
  }

  start(status: number, headers: Record<string, string>): void {
    if (this.status !== null || this.isGone || this.socket.destroyed) return;
    this.status = status;
    const { text, framing } = encodeAnswerHead(status, headers, this.ownHeaders(), this.requestId, this.owner.closing);
    this.framing = framing;
    // Clients give up waiting for headers much sooner than for content, so headers do not wait for it.
    if (headers["content-length"] === undefined && this.socket.writable) {
      this.gather();
      this.socket.write(text, "latin1");
    } else this.head = text;
  }

  private ownHeaders(): Record<string, string> {
    const late = this.lateHeaders?.() ?? NO_HEADERS;
    for (const _ in this.extraHeaders) return { ...this.extraHeaders, ...late };
    return late;
  }

  write(bytes: Buffer): boolean {
    if (this.isEnded || this.isGone || !this.socket.writable) return true;
    this.bytesOut += bytes.length;
    if (bytes.length === 0) return true;
    this.gather();
    if (this.send(bytes, false)) return true;
    this.waitForDrain();
    return false;
  }

  end(bytes?: Buffer): void {
    if (this.isEnded) return;
    if (this.status === null) this.start(200, {});
    this.isEnded = true;
    if (this.isGone || !this.socket.writable) return;
    this.bytesOut += bytes?.length ?? 0;
    this.last = bytes ?? NOTHING;
    if (!this.isGathering) {
      this.isGathering = true;
      turnEnd.add(this);
    }
  }

  cut(): void {
    // All of it is there, and goes out when this turn ends.
    if (this.last !== null) return;
    this.isEnded = true;
    if (this.isDelivered || this.isGone || this.socket.destroyed) return;
    // What was written goes out first; then the connection closes without the end mark of the body. A client that does not
    // read any more must not hold it open.
    this.limitStall(this.stallMs);
    this.socket.destroySoon();
  }

  finished(): Promise<boolean> {
    if (this.isDelivered || this.isGone) return Promise.resolve(this.isDelivered);
    this.finishing ??= new Promise((resolve) => {
      this.tellFinished = resolve;
    });
    return this.finishing;
  }

  /** The connection takes more again. */
  drained(): void {
    if (!this.isWaiting) return;
    this.isWaiting = false;
    if (!this.isEnded) this.limitStall(0);
    this.onDrain?.();
  }

  /** The connection is closed. */
  gone(): void {
    this.isGone = true;
    this.tellFinished?.(this.isDelivered);
  }

  private flushed(error?: Error | null): void {
    if (error || this.isDelivered || this.isGone || this.socket.errored) return;
    this.isDelivered = true;
    if (this.isTimed) this.limitStall(0);
    this.tellFinished?.(true);
    const { framing } = this;
    this.owner.delivered(typeof framing !== "number" || framing === 0);
  }

  /** What is written in one turn goes out at its end, in one call of the operating system. */
  private gather(): void {
    if (this.isGathering) return;
    this.isGathering = true;
    this.isCorked = true;
    this.socket.cork();
    turnEnd.add(this);
  }

  letGo(): void {
    const { socket, last } = this;
    this.isGathering = false;
    this.last = null;
    const isGone = this.isGone || !socket.writable;
    if (last !== null && !isGone) this.send(last, true);
    if (this.isCorked) {
      this.isCorked = false;
      socket.uncork();
    }
    if (last === null || isGone) return;
    if (socket.writableLength === 0 && !socket.errored) this.flushed();
    else {
      this.limitStall(this.stallMs);
      // Whatever stands before it in the queue has gone when this has.
      socket.write(NOTHING, (error) => this.flushed(error));
    }
  }

  private send(bytes: Buffer, isLast: boolean): boolean {
    const { socket, head } = this;
    this.head = "";
    const size = this.framing === "none" ? 0 : bytes.length;
    let before = head;
    let after = "";
    if (this.framing === "chunked") {
      if (size > 0) before += `${size.toString(16)}\r\n`;
      after = size === 0 ? "" : "\r\n";
      if (isLast) after += "0\r\n\r\n";
    } else if (this.framing !== "none") {
      this.framing -= size;
      // More than was declared would be read as the answer to the next request.
      if (this.framing < 0) {
        socket.destroy();
        return true;
      }
    }
    if (size === 0) return before + after === "" || socket.write(before + after, "latin1");
    if (before === "" && after === "") return socket.write(bytes);
    if (size > MAX_COPIED_BYTES) return this.sendApart(before, bytes, after);
    const whole = Buffer.allocUnsafe(before.length + size + after.length);
    whole.write(before, 0, "latin1");
    whole.set(bytes, before.length);
    if (after !== "") whole.write(after, before.length + size, "latin1");
    return socket.write(whole);
  }

  private sendApart(before: string, bytes: Buffer, after: string): boolean {
    const { socket } = this;
    socket.cork();
    if (before !== "") socket.write(before, "latin1");
    let isRoom = socket.write(bytes);
    if (after !== "") isRoom = socket.write(after, "latin1");
    socket.uncork();
    return isRoom;
  }

  private waitForDrain(): void {
    if (this.isWaiting) return;
    this.isWaiting = true;
    this.limitStall(this.stallMs);
  }

  /**
   * A client that takes nothing of a full socket for this long has vanished, whatever TCP thinks. The socket's own timer
   * knows when something of a large write has gone out, so a slow client goes on.
   */
  private limitStall(ms: number): void {
    this.isTimed = ms > 0;
    this.socket.setTimeout(ms);
  }
}

const turnEnd = new EndOfTurn<LaneReply>("writes", (reply) => reply.letGo());
