import { ChunkFraming } from "./chunk-framing.ts";
import { connectionBroke, notHttp } from "./failures.ts";
import type { HeadMemory } from "./head-memory.ts";
import { HeadReader } from "./head-reader.ts";

/** Who is told what an answer consists of. */
export interface AnswerTarget {
  onHead(status: number, headers: Record<string, string | string[]>): void;
  /** One piece for each read, its own to keep. */
  onBody(chunk: Buffer): void;
  onEnd(): void;
}

const OVER = 0;
const HEAD = 1;
const LENGTH = 2;
const CHUNKED = 3;
const UNTIL_CLOSED = 4;
const TRAILERS = 5;
const END = 6;

/**
 * One connection's answers, one at a time. Bytes go in as they come, what they mean comes out at once; what is not beyond doubt is
 * an error. While nobody listens, what comes all the same is kept.
 */
export class AnswerParser {
  /** More came than belongs to the answer. */
  hasExtra = false;
  /** The other side will take another request on this connection. */
  mayGoOn = false;
  isPaused = false;
  /** The other side has ended, and nothing more will come. */
  isClosed = false;
  readonly head: HeadReader;
  readonly #framing = new ChunkFraming();
  #target: AnswerTarget | null = null;
  #state = OVER;
  #left = 0;
  #held: Buffer | null = null;
  #isBusy = false;

  constructor(memory: HeadMemory, maxHeadBytes: number) {
    this.head = new HeadReader(memory, maxHeadBytes);
  }

  /** The next answer is for this one. */
  begin(target: AnswerTarget): void {
    this.#target = target;
    this.#state = HEAD;
    this.hasExtra = false;
    this.mayGoOn = false;
    this.isPaused = false;
    this.head.begin();
  }

  /** Nobody is told of anything any more. */
  stop(): void {
    this.#state = OVER;
    this.#target = null;
    this.#held = null;
    this.isPaused = false;
  }

  /** True while the target is being told something. */
  get isBusy(): boolean {
    return this.#isBusy;
  }

  /** The answer has no length, and is over when the connection is. */
  get endsWithConnection(): boolean {
    return this.#state === UNTIL_CLOSED;
  }

  /** @param bytes of a buffer that is used again. @throws what is wrong with the answer, and what the target throws. */
  execute(bytes: Buffer, from: number, to: number): void {
    if (this.isPaused || this.#held !== null) return this.#hold(bytes, from, to);
    const partial = this.head.takePartial();
    this.#isBusy = true;
    try {
      if (partial === null) this.#run(bytes, from, to);
      else {
        const joined = Buffer.concat([partial, bytes.subarray(from, to)]);
        this.#run(joined, 0, joined.length);
      }
    } finally {
      this.#isBusy = false;
    }
  }

  /** Tells what was kept, unless it is being told already. @throws as `execute` and `finish` do. */
  resume(): void {
    this.isPaused = false;
    if (this.#isBusy) return;
    const held = this.#held ?? NOTHING;
    this.#held = null;
    this.execute(held, 0, held.length);
    if (this.isClosed && !this.isPaused) this.#settle();
  }

  /** The other side has ended. @throws where the answer has not; when it is paused, then when it goes on. */
  finish(): void {
    this.isClosed = true;
    if (!this.isPaused) this.#settle();
  }

  #settle(): void {
    if (this.#state === OVER) return;
    if (this.#state !== UNTIL_CLOSED) throw connectionBroke("other side closed");
    this.#state = END;
    this.execute(NOTHING, 0, 0);
  }

  #hold(bytes: Buffer, from: number, to: number): void {
    if (from >= to) return;
    const rest = bytes.subarray(from, to);
    this.#held = Buffer.concat(this.#held === null ? [rest] : [this.#held, rest]);
  }

  #run(bytes: Buffer, from: number, to: number): void {
    let at = from;
    for (;;) {
      if (this.#state === OVER) {
        if (at < to) this.hasExtra = true;
        return;
      }
      if (this.isPaused) return this.#hold(bytes, at, to);
      if (this.#state === END) this.#end(at < to);
      else if (at >= to) return;
      else at = this.#step(bytes, at, to);
    }
  }

  #step(bytes: Buffer, at: number, to: number): number {
    switch (this.#state) {
      case HEAD: {
        const next = this.head.read(bytes, at, to);
        if (this.head.isComplete) this.#openBody();
        return next;
      }
      case TRAILERS: {
        const next = this.head.read(bytes, at, to);
        if (this.head.isComplete) this.#state = END;
        return next;
      }
      case CHUNKED:
        return this.#readChunks(bytes, at, to);
      default:
        return this.#readPlain(bytes, at, to);
    }
  }

  #openBody(): void {
    const { head } = this;
    const { status } = head;
    if (status === 101) throw notHttp("Unexpected upgrade");
    // Interim answers say nothing that anybody waits for.
    if (status < 200) return head.begin();
    const hasLength = head.contentLength !== -1;
    this.mayGoOn = head.minor === 1 && !head.closes;
    if (status === 204 || status === 304) {
      // Whoever announces a body that must not be may send one, too.
      if (head.contentLength > 0 || head.isChunked) this.mayGoOn = false;
      this.#state = END;
    } else if (head.isChunked) {
      this.#state = CHUNKED;
      this.#left = 0;
      this.#framing.begin();
    } else if (hasLength) {
      this.#state = head.contentLength === 0 ? END : LENGTH;
      this.#left = head.contentLength;
    } else {
      this.#state = UNTIL_CLOSED;
      this.mayGoOn = false;
    }
    this.#target?.onHead(status, head.headers);
  }

  #readPlain(bytes: Buffer, at: number, to: number): number {
    let end = to;
    if (this.#state === LENGTH) {
      end = Math.min(to, at + this.#left);
      this.#left -= end - at;
      if (this.#left === 0) this.#state = END;
    }
    const chunk = Buffer.allocUnsafe(end - at);
    bytes.copy(chunk, 0, at, end);
    this.#target?.onBody(chunk);
    return end;
  }

  /** All pieces of a read go on as one: where they were divided means nothing. */
  #readChunks(bytes: Buffer, from: number, to: number): number {
    let at = from;
    let chunk: Buffer | null = null;
    let filled = 0;
    let wrong: Error | null = null;
    while (at < to && this.#state === CHUNKED) {
      if (this.#left > 0) {
        const end = Math.min(to, at + this.#left);
        chunk ??= Buffer.allocUnsafe(to - at);
        bytes.copy(chunk, filled, at, end);
        filled += end - at;
        this.#left -= end - at;
        at = end;
        if (this.#left === 0) this.#framing.afterData();
        continue;
      }
      try {
        if (this.#framing.take(bytes[at++] ?? 0)) this.#openChunk();
      } catch (error) {
        wrong = error as Error;
        break;
      }
    }
    // What came before the mistake counts.
    if (chunk !== null) this.#target?.onBody(chunk.subarray(0, filled));
    if (wrong !== null) throw wrong;
    return at;
  }

  #openChunk(): void {
    this.#left = this.#framing.size;
    if (this.#left > 0) return;
    this.#state = TRAILERS;
    this.head.beginTrailers();
  }

  #end(hasExtra: boolean): void {
    const target = this.#target;
    this.#state = OVER;
    this.#target = null;
    if (hasExtra) this.hasExtra = true;
    target?.onEnd();
  }
}

const NOTHING = Buffer.alloc(0);
