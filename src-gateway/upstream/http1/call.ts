import type { AnswerTarget } from "./answer-parser.ts";
import type { Connection } from "./connection.ts";
import type { AnswerControls, AnswerListener } from "./types.ts";

/**
 * One request and its answer. A connection takes many of them, one after the other, and a listener may still hold on to one that is
 * over: what it asks for then must not reach whoever has the connection now.
 */
export class Call implements AnswerControls, AnswerTarget {
  /** The head but for its end. */
  readonly head: Buffer;
  /** The length of the body, where there is one, and the empty line. */
  readonly headEnd: string;
  readonly body: readonly Buffer[];
  readonly bodyBytes: number;
  connection: Connection | null = null;
  isOver = false;
  readonly #listener: AnswerListener;

  constructor(head: Buffer, headEnd: string, body: readonly Buffer[], bodyBytes: number, listener: AnswerListener) {
    this.head = head;
    this.headEnd = headEnd;
    this.body = body;
    this.bodyBytes = bodyBytes;
    this.#listener = listener;
  }

  get paused(): boolean {
    return this.connection?.isPaused ?? false;
  }

  pause(): void {
    this.connection?.pause();
  }

  resume(): void {
    this.connection?.resume();
  }

  abort(reason: Error): void {
    const { connection } = this;
    this.fail(reason);
    connection?.drop();
  }

  start(): void {
    this.#listener.onRequestStart(this);
  }

  onHead(status: number, headers: Record<string, string | string[]>): void {
    this.#listener.onResponseStart(this, status, headers);
  }

  onBody(chunk: Buffer): void {
    this.#listener.onResponseData(this, chunk);
  }

  onEnd(): void {
    this.isOver = true;
    const { connection } = this;
    this.connection = null;
    try {
      this.#listener.onResponseEnd();
    } finally {
      connection?.done();
    }
  }

  fail(error: Error): void {
    if (this.isOver) return;
    this.isOver = true;
    this.connection = null;
    this.#listener.onResponseError(this, error);
  }
}
