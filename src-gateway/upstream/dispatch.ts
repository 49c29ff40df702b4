/**
 * The way out. `upstream/` is the only folder that calls providers.
 *
 * What is usual goes by our own client in `http1/`, all else through undici's `dispatch`, the cheapest of its entrances; both
 * over keep-alive pools. Content encodings are undone here, so nobody behind this file ever meets a compressed answer.
 */
import zlib from "node:zlib";
import type { Headers, UpstreamCall, UpstreamFailure, UpstreamSink } from "../exchange/types.ts";
import { lend } from "../lib/give-back.ts";
import { describeThrown } from "./describe-thrown.ts";
import type { AnswerControls, AnswerListener } from "./http1/types.ts";
import { Silence } from "./silence.ts";
import type { AnyDispatch, AnyUpstreamRequest } from "./types.ts";
import { createWaysOut, type WaysOut } from "./ways-out.ts";

export interface Upstream {
  dispatch: AnyDispatch;
  close(): Promise<void>;
}

type Ways = Pick<WaysOut, "to" | "straightTo">;

/** @param options.ways which way each call takes; straight when left out. Whoever made them closes them. */
export function createUpstream(options: { connectMs: number; ways?: Ways }): Upstream {
  const { ways, connectMs } = options;
  if (ways) return { dispatch: (request, sink) => send(ways, request, sink), close: async () => {} };
  const network = { httpProxy: null, httpsProxy: null, noProxy: [], mayAskSystem: false };
  const none = new Map();
  const own = createWaysOut({ network, trust: null, connectMs, instances: () => none });
  return { dispatch: (request, sink) => send(own, request, sink), close: () => own.close() };
}

function send(ways: Ways, request: AnyUpstreamRequest, sink: UpstreamSink): UpstreamCall {
  const method = request.method ?? "POST";
  const handler = new Handler(sink, method === "HEAD", request.timeouts);
  const { url, origin, path } = addressOf(request.url);
  const { headers } = request;
  try {
    if (request.body === null || Array.isArray(request.body)) {
      const plain = { url, origin, path, method, headers, body: request.body ?? NO_BODY };
      if (ways.straightTo(url, origin)?.send(plain, handler) === true) return handler;
    }
    const body = bodyOf(request.body);
    // undici does not say when it has written a body.
    if (Array.isArray(request.body)) lend(request.body);
    // Of a single piece undici tells the length itself.
    const length = Buffer.isBuffer(body) ? null : lengthOf(request.body);
    ways.to(url).dispatch(
      {
        origin,
        path,
        method,
        headers: length === null ? headers : { ...headers, "content-length": String(length) },
        body,
        headersTimeout: 0,
        bodyTimeout: 0,
      },
      handler,
    );
  } catch (error) {
    queueMicrotask(() => handler.fail(error));
  }
  return handler;
}

const NO_BODY: readonly Buffer[] = [];

/** Nearly all calls go to a handful of addresses. */
const MAX_URLS = 500;
const addresses = new Map<string, Address>();

/** A URL and its parts, which it would put together anew whenever it is asked for them. Not to be changed. */
interface Address {
  url: URL;
  origin: string;
  /** With the query. */
  path: string;
}

function addressOf(text: string): Address {
  const known = addresses.get(text);
  if (known !== undefined) return known;
  const url = new URL(text);
  const address = { url, origin: url.origin, path: url.pathname + url.search };
  if (addresses.size >= MAX_URLS) addresses.clear();
  if (text.length < 300) addresses.set(text, address);
  return address;
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

/** One call: the callbacks of either client in, the sink's out, and a handle that can be used before the connection exists. */
class Handler implements AnswerListener, UpstreamCall {
  private readonly sink: UpstreamSink;
  private readonly isHead: boolean;
  private readonly silence: Silence;
  private controller: AnswerControls | null = null;
  private decoder: Decoder | null = null;
  private isPaused = false;
  private isAborted = false;
  private isOver = false;

  constructor(sink: UpstreamSink, isHead: boolean, timeouts: AnyUpstreamRequest["timeouts"]) {
    this.sink = sink;
    this.isHead = isHead;
    this.silence = new Silence(timeouts, (failure) => this.onSilence(failure));
  }

  onRequestStart(controller: AnswerControls): void {
    this.controller = controller;
    if (this.isAborted) controller.abort(new Error("aborted"));
    else this.silence.begin();
  }

  onResponseStart(_controller: AnswerControls, status: number, headers: Headers): void {
    // Interim answers (100, 103) say nothing yet.
    if (status < 200) return;
    this.silence.answering();
    const encoding = String(headers["content-encoding"] ?? "").toLowerCase();
    // An answer without a body is not even an empty compressed one.
    const decoder = this.isHead || status === 204 || status === 304 ? undefined : DECODERS[encoding];
    if (decoder) this.decodeWith(decoder());
    this.sink.onHead(status, headers);
  }

  onResponseData(_controller: AnswerControls, chunk: Buffer): void {
    if (this.isOver) return;
    this.silence.heard();
    if (this.decoder === null) return this.sink.onData(chunk);
    // A full decoder throttles the provider; its own drain lets it go on.
    if (!this.decoder.write(chunk)) this.controller?.pause();
  }

  onResponseEnd(): void {
    this.silence.end();
    if (this.decoder) this.decoder.end();
    else this.finish();
  }

  onResponseError(_controller: AnswerControls | undefined, error: Error): void {
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
    this.silence.heard();
    if (this.decoder) this.decoder.resume();
    else this.controller?.resume();
  }

  abort(): void {
    this.isAborted = true;
    this.silence.end();
    this.decoder?.destroy();
    this.controller?.abort(new Error("aborted"));
  }

  fail(thrown: unknown): void {
    if (this.isOver) return;
    this.isOver = true;
    this.silence.end();
    this.decoder?.destroy();
    this.sink.onError(this.isAborted ? { kind: "aborted", detail: "stopped by the gateway" } : describeThrown(thrown));
  }

  private onSilence(failure: UpstreamFailure): void {
    if (this.isOver) return;
    // Whoever is not listened to cannot be blamed for it.
    if (this.isPaused || this.controller?.paused) return this.silence.answering();
    this.isOver = true;
    this.silence.end();
    this.decoder?.destroy();
    this.sink.onError(failure);
    this.controller?.abort(new Error(failure.detail));
  }

  private finish(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.silence.end();
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
