/** A request's body, piece by piece, for whoever hands it on: the client is held back while nobody reads. */
import type { IncomingMessage } from "node:http";
import type { BodySource } from "../exchange/passthrough/types.ts";
import { ClientGone } from "./read-body.ts";

/** Null when the request has no body. */
export function bodySourceOf(request: IncomingMessage): BodySource | null {
  const header = request.headers["content-length"];
  if (header === "0" || (header === undefined && request.headers["transfer-encoding"] === undefined)) return null;
  return new RequestBody(request, header === undefined ? null : Number(header));
}

interface Reader {
  resolve(piece: Buffer | null): void;
  reject(error: Error): void;
}

class RequestBody implements BodySource {
  readonly length: number | null;
  private readonly request: IncomingMessage;
  private readonly waiting: Buffer[] = [];
  private reader: Reader | null = null;
  private isListening = false;
  private isOver = false;
  private failure: Error | null = null;

  constructor(request: IncomingMessage, length: number | null) {
    this.request = request;
    this.length = length;
  }

  read(): Promise<Buffer | null> {
    this.listen();
    const piece = this.waiting.shift();
    if (piece) return Promise.resolve(piece);
    if (this.failure) return Promise.reject(this.failure);
    if (this.isOver) return Promise.resolve(null);
    return new Promise((resolve, reject) => {
      this.reader = { resolve, reject };
      this.request.resume();
    });
  }

  stop(): void {
    this.isOver = true;
    this.waiting.length = 0;
    this.request.off("data", this.onData).off("end", this.onEnd).off("close", this.onGone).off("error", this.onGone);
    this.take()?.resolve(null);
  }

  /** Only the first read lets the body in, so that a request that is read in another way is left alone. */
  private listen(): void {
    if (this.isListening || this.isOver) return;
    this.isListening = true;
    const { request } = this;
    request.on("data", this.onData).on("end", this.onEnd).on("close", this.onGone).on("error", this.onGone);
    request.pause();
    if (request.destroyed && !request.readableEnded) this.onGone();
  }

  private take(): Reader | null {
    const { reader } = this;
    this.reader = null;
    return reader;
  }

  private readonly onData = (piece: Buffer): void => {
    this.request.pause();
    const reader = this.take();
    if (reader) reader.resolve(piece);
    else this.waiting.push(piece);
  };

  private readonly onEnd = (): void => {
    this.isOver = true;
    this.take()?.resolve(null);
  };

  private readonly onGone = (): void => {
    if (this.isOver) return;
    this.failure = new ClientGone("The client left while it sent its body.");
    this.take()?.reject(this.failure);
  };
}
