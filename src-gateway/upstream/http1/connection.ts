import type { Socket } from "node:net";
import { lend } from "../../lib/give-back.ts";
import { AnswerParser } from "./answer-parser.ts";
import type { Call } from "./call.ts";
import { connectionBroke } from "./failures.ts";
import type { HeadMemory } from "./head-memory.ts";

/** Who keeps it when nobody needs it. */
export interface ConnectionKeeper {
  readonly memory: HeadMemory;
  readonly maxHeadBytes: number;
  /** It can take another request for so long; null when the provider has not said how long. */
  rest(connection: Connection, timeoutMs: number | null): void;
  /** The sockets have been heard once more. */
  settle(connection: Connection): void;
  forget(connection: Connection): void;
}

/** Small bodies are copied behind their head, so that both are one write. */
const MAX_COPIED_BYTES = 4096;

/** One connection to a provider: one request at a time, and nothing that was not asked for. */
export class Connection {
  /** Not to be used any more. */
  isDead = false;
  /** When it is too old to be used (monotonic ms); while nobody has it. */
  idleUntilMs = 0;
  isUnreferenced = false;
  /** The request that it is taken for; that is written when it is clear that the connection is still good. */
  next: Call | null = null;
  /** It was idle, and has been taken out for `next`. */
  isClaimed = false;
  readonly #keeper: ConnectionKeeper;
  readonly #parser: AnswerParser;
  #socket: Socket | null = null;
  #call: Call | null = null;

  constructor(keeper: ConnectionKeeper) {
    this.#keeper = keeper;
    this.#parser = new AnswerParser(keeper.memory, keeper.maxHeadBytes);
  }

  get isPaused(): boolean {
    return this.#parser.isPaused;
  }

  /** Nothing is left of the last request that is still to be sent: some answer before they have heard all. */
  get isQuiet(): boolean {
    return !this.isDead && this.#socket?.writableLength === 0;
  }

  attach(socket: Socket): void {
    this.#socket = socket;
    if (this.isDead) {
      socket.on("error", () => {});
      socket.destroy();
      return;
    }
    socket.on("end", () => this.#onEnd());
    socket.on("error", (error) => this.#onError(error));
    socket.on("close", () => this.#onClose());
    if (socket.destroyed) this.#onClose();
  }

  /** What came, in a buffer that is used again. @returns whether more may come. */
  onBytes(length: number, bytes: Buffer): boolean {
    // Nobody has asked for anything: an answer to a question that is still to come is not believed.
    if (this.#call === null) this.drop();
    else
      try {
        this.#parser.execute(bytes, 0, length);
      } catch (error) {
        this.break(error as Error);
      }
    return !this.#parser.isPaused;
  }

  /** Writes a request, and hears its answer. */
  begin(call: Call): void {
    this.#call = call;
    call.connection = this;
    this.#parser.begin(call);
    try {
      call.start();
      if (!call.isOver) this.#write(call);
    } catch (error) {
      this.break(error as Error);
    }
  }

  pause(): void {
    this.#parser.isPaused = true;
    // Where it is being read, the read's own answer says so.
    if (!this.#parser.isBusy) this.#socket?.pause();
  }

  resume(): void {
    try {
      this.#parser.resume();
    } catch (error) {
      this.break(error as Error);
    }
    if (!this.#parser.isPaused && !this.isDead) this.#socket?.resume();
  }

  /** The answer is over. Called by its call, after whoever waited for it has been told. */
  done(): void {
    this.#call = null;
    const { mayGoOn, hasExtra, isClosed, head } = this.#parser;
    if (this.isDead || !mayGoOn || hasExtra || isClosed) return this.drop();
    const { keepAlive } = head;
    this.#keeper.rest(this, keepAlive === "" ? null : this.#keeper.memory.timeoutOf(keepAlive));
  }

  settle(): void {
    this.#keeper.settle(this);
  }

  /** Closed without a word. */
  drop(): void {
    this.isDead = true;
    this.#call = null;
    this.#parser.stop();
    this.#keeper.forget(this);
    this.#socket?.destroy();
  }

  /** Whoever waits for something is told why it will not come. */
  break(error: Error): void {
    const call = this.#call ?? this.next;
    this.next = null;
    this.drop();
    call?.fail(error);
  }

  /** Resolves when the socket is closed. */
  closed(): Promise<void> {
    const socket = this.#socket;
    if (socket === null || socket.closed) return Promise.resolve();
    return new Promise((resolve) => {
      socket.once("close", () => resolve());
    });
  }

  /** An idle connection must not keep the process alive. */
  reference(isWanted: boolean): void {
    this.isUnreferenced = !isWanted;
    if (isWanted) this.#socket?.ref();
    else this.#socket?.unref();
  }

  #write({ head, headEnd, body, bodyBytes }: Call): void {
    const socket = this.#socket;
    if (socket === null) return;
    const headBytes = head.length + headEnd.length;
    const isSmall = headBytes + bodyBytes <= MAX_COPIED_BYTES;
    const start = Buffer.allocUnsafe(isSmall ? headBytes + bodyBytes : headBytes);
    start.set(head);
    let at = head.length;
    // So short that a native write would take longer to begin.
    for (let n = 0; n < headEnd.length; n++) start[at++] = headEnd.charCodeAt(n);
    if (isSmall) {
      for (const part of body) {
        start.set(part, at);
        at += part.length;
      }
      return void socket.write(start);
    }
    socket.cork();
    socket.write(start);
    const ended = lend(body);
    const last = body.findLastIndex((part) => part.length > 0);
    for (const [place, part] of body.entries())
      if (part.length > 0) socket.write(part, place === last ? ended : undefined);
    socket.uncork();
  }

  #onEnd(): void {
    if (this.#call === null) return this.drop();
    try {
      this.#parser.finish();
    } catch (error) {
      this.break(error as Error);
    }
  }

  #onError(error: NodeJS.ErrnoException): void {
    // Where only the connection's end ends an answer, some systems report a reset although all of it has come.
    if (this.#call !== null && error.code === "ECONNRESET" && this.#parser.endsWithConnection) return this.#onEnd();
    if (this.#call === null) return this.drop();
    this.break(error);
  }

  #onClose(): void {
    // It has ended in the middle of a pause: who paused is told when it goes on.
    if (this.#call !== null && this.#parser.isClosed && this.#parser.isPaused) {
      this.isDead = true;
      this.#keeper.forget(this);
      return;
    }
    if (this.#call === null) return this.drop();
    this.break(connectionBroke("closed"));
  }
}
