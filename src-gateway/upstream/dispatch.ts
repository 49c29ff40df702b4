/**
 * The way out. `upstream/` is the only folder that calls providers.
 *
 * Requests go through undici's `dispatch`, the cheapest of its entrances, over keep-alive pools. Content encodings are
 * undone here, so nobody behind this file ever meets a compressed answer.
 */
import zlib from "node:zlib";
import { Agent, type Dispatcher } from "undici";
import type { Headers, UpstreamCall, UpstreamFailure, UpstreamSink } from "../exchange/types.ts";
import type { AnyDispatch, AnyUpstreamRequest } from "./types.ts";

export interface Upstream {
  dispatch: AnyDispatch;
  close(): Promise<void>;
}

export function createUpstream(options: { connectMs: number }): Upstream {
  const agent = new Agent({
    connect: { timeout: options.connectMs },
    // Streams are long and parallel: one request per connection, as many connections as are asked for.
    pipelining: 1,
    keepAliveTimeout: 4_000,
    allowH2: false,
  });
  return {
    dispatch: (request, sink) => send(agent, request, sink),
    close: () => agent.destroy(),
  };
}

function send(agent: Agent, request: AnyUpstreamRequest, sink: UpstreamSink): UpstreamCall {
  const method = request.method ?? "POST";
  const handler = new Handler(sink, method === "HEAD");
  const url = new URL(request.url);
  const length = lengthOf(request.body);
  try {
    agent.dispatch(
      {
        origin: url.origin,
        path: url.pathname + url.search,
        method,
        headers: length === null ? request.headers : { ...request.headers, "content-length": String(length) },
        body: bodyOf(request.body),
        headersTimeout: request.timeouts.firstByteMs,
        bodyTimeout: request.timeouts.idleMs,
      },
      handler,
    );
  } catch (error) {
    queueMicrotask(() => handler.fail(error));
  }
  return handler;
}

/** Null where nobody knows it before the end, and where there is no body. */
function lengthOf(body: AnyUpstreamRequest["body"]): number | null {
  if (body === null) return null;
  return Array.isArray(body) ? body.reduce((sum, part) => sum + part.length, 0) : body.length;
}

/**
 * undici takes any iterable of buffers and writes them one by one, so spliced bodies need no copy and streamed ones wait
 * for the provider; its types leave that out.
 */
function bodyOf(body: AnyUpstreamRequest["body"]): Buffer | null {
  if (body === null) return null;
  if (!Array.isArray(body)) return body.pieces as unknown as Buffer;
  return (body.length === 1 ? body[0] : body) as Buffer;
}

type Decoder = zlib.Gunzip | zlib.BrotliDecompress | zlib.Inflate | zlib.ZstdDecompress;

const DECODERS: Readonly<Record<string, () => Decoder>> = {
  gzip: () => zlib.createGunzip(),
  "x-gzip": () => zlib.createGunzip(),
  br: () => zlib.createBrotliDecompress(),
  deflate: () => zlib.createInflate(),
  zstd: () => zlib.createZstdDecompress(),
};

/** One call: undici's callbacks in, the sink's out, and a handle that can be used before the connection exists. */
class Handler implements Dispatcher.DispatchHandler, UpstreamCall {
  private readonly sink: UpstreamSink;
  private readonly isHead: boolean;
  private controller: Dispatcher.DispatchController | null = null;
  private decoder: Decoder | null = null;
  private isPaused = false;
  private isAborted = false;
  private isOver = false;

  constructor(sink: UpstreamSink, isHead: boolean) {
    this.sink = sink;
    this.isHead = isHead;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    if (this.isAborted) controller.abort(new Error("aborted"));
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: Headers): void {
    // Interim answers (100, 103) say nothing yet.
    if (status < 200) return;
    const encoding = String(headers["content-encoding"] ?? "").toLowerCase();
    // An answer without a body is not even an empty compressed one.
    const decoder = this.isHead || status === 204 || status === 304 ? undefined : DECODERS[encoding];
    if (decoder) this.decodeWith(decoder());
    this.sink.onHead(status, headers);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.isOver) return;
    if (this.decoder === null) return this.sink.onData(chunk);
    // A full decoder throttles the provider; its own drain lets it go on.
    if (!this.decoder.write(chunk)) this.controller?.pause();
  }

  onResponseEnd(): void {
    if (this.decoder) this.decoder.end();
    else this.finish();
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    this.fail(error);
  }

  pause(): void {
    this.isPaused = true;
    if (this.decoder) this.decoder.pause();
    else this.controller?.pause();
  }

  resume(): void {
    if (!this.isPaused) return;
    this.isPaused = false;
    if (this.decoder) this.decoder.resume();
    else this.controller?.resume();
  }

  abort(): void {
    this.isAborted = true;
    this.decoder?.destroy();
    this.controller?.abort(new Error("aborted"));
  }

  fail(thrown: unknown): void {
    if (this.isOver) return;
    this.isOver = true;
    this.decoder?.destroy();
    this.sink.onError(this.isAborted ? { kind: "aborted", detail: "stopped by the gateway" } : describe(thrown));
  }

  private finish(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.sink.onEnd();
  }

  private decodeWith(decoder: Decoder): void {
    this.decoder = decoder;
    decoder.on("data", (chunk: Buffer) => this.sink.onData(chunk));
    decoder.on("drain", () => this.controller?.resume());
    decoder.on("end", () => this.finish());
    decoder.on("error", (error) => {
      if (this.isOver) return;
      this.fail(error);
      this.controller?.abort(error);
    });
  }
}

function describe(thrown: unknown): UpstreamFailure {
  const error = thrown as NodeJS.ErrnoException & { errors?: NodeJS.ErrnoException[] };
  const code = error.code ?? error.errors?.[0]?.code ?? "";
  const detail = plainWords(code, error);
  if (code === "UND_ERR_HEADERS_TIMEOUT") return { kind: "first-byte-timeout", detail, cause: thrown };
  if (code === "UND_ERR_BODY_TIMEOUT") return { kind: "idle-timeout", detail, cause: thrown };
  const isConnect =
    code === "UND_ERR_CONNECT_TIMEOUT" ||
    error.syscall === "connect" ||
    error.syscall === "getaddrinfo" ||
    /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ERR_TLS|CERT_|DEPTH_|SELF_SIGNED|UNABLE_TO|ERR_INVALID_URL|UND_ERR_INVALID_ARG)/.test(
      code,
    );
  return { kind: isConnect ? "connect" : "cut", detail, cause: thrown };
}

function plainWords(code: string, error: Error): string {
  switch (code) {
    case "ECONNREFUSED":
      return "the connection was refused";
    case "ENOTFOUND":
      return "its name cannot be resolved";
    case "EAI_AGAIN":
      return "name resolution does not answer";
    case "UND_ERR_CONNECT_TIMEOUT":
      return "connecting took too long";
    case "UND_ERR_HEADERS_TIMEOUT":
      return "no answer came within the time limit";
    case "UND_ERR_BODY_TIMEOUT":
      return "nothing came for longer than the time limit";
    default:
      return code === "" ? error.message.slice(0, 200) : code;
  }
}
