/**
 * One client's WebSocket. Each request on it is an exchange of its own, exactly as over HTTP; the connection adds what HTTP
 * has no word for: lanes, a memory of its conversations, and a sign of life.
 */

import type { RawData, WebSocket } from "ws";
import { runExchange } from "../../exchange/exchange.ts";
import type { ExchangeWorld, Headers, Inbound } from "../../exchange/types.ts";
import { GatewayError, toGatewayError } from "../../ir/errors.ts";
import { requestIdOf } from "../../ir/exchange-record.ts";
import type { PassingMap } from "../../lib/passing-map.ts";
import { openAiError } from "../../protocols/openai-errors.ts";
import type { RequestTarget } from "../../protocols/types.ts";
import { itemsOfInput } from "../../responses-state/item-texts.ts";
import { whyGone } from "../why-gone.ts";
import { prewarmFrames } from "./prewarm.ts";
import { type ClientEvent, type CreateEvent, readEvent } from "./read-event.ts";
import { createSocketReply, errorMessage, type SocketReply } from "./socket-reply.ts";
import { createTranscript } from "./transcript.ts";

export interface ConnectionLimits {
  /** Of all that the connection remembers, in characters. */
  maxTranscript: number;
  /** Of requests that wait for their lane, in bytes and in number. */
  maxWaitingBytes: number;
  maxWaiting: number;
  /** Lanes at work at the same time. */
  maxLanes: number;
  pingEveryMs: number;
}

export interface ConnectionOptions {
  world: ExchangeWorld;
  /** What is waited for, where there is anything, before the token is used again. */
  recall?: ((token: string) => Promise<void> | null) | undefined;
  /** Exchanges that have begun and not yet closed their record. */
  running: PassingMap<Promise<void>>;
  /** Aborts when what is still open is broken off, because the gateway ends. */
  cut: AbortSignal;
  nextId(): number;
  limits: ConnectionLimits;
  /** What the upgrade said. */
  address: string | null;
  headers: Headers;
  token: string | null;
  target: RequestTarget;
  project: string | null;
}

interface Waiting {
  event: ClientEvent;
  bytes: number;
}

/** The close code that says that a server goes away. */
const GOING_AWAY = 1001;
const NORMAL = 1000;

export class ResponsesConnection {
  private readonly socket: WebSocket;
  private readonly options: ConnectionOptions;
  private readonly transcript = createTranscript();
  /** Lanes at work, with what waits in each. */
  private readonly lanes = new Map<string | null, Waiting[]>();
  private readonly gone = new AbortController();
  private readonly pings: NodeJS.Timeout;
  private waitingBytes = 0;
  private waitingCount = 0;
  private isAlive = true;
  private isStopping = false;

  constructor(socket: WebSocket, options: ConnectionOptions) {
    this.socket = socket;
    this.options = options;
    socket.on("message", (data, isBinary) => this.receive(data, isBinary));
    socket.on("pong", () => {
      this.isAlive = true;
    });
    // A frame that is none, or too large a message: the connection is closed with the reason, by ws.
    socket.on("error", (error) => options.world.log.debug({ err: error }, "a WebSocket failed"));
    socket.once("close", () => this.onClose());
    this.pings = setInterval(() => this.ping(), options.limits.pingEveryMs).unref();
  }

  /** Takes nothing new, and closes when what is at work is done. */
  stop(): void {
    this.isStopping = true;
    if (this.lanes.size === 0) this.socket.close(GOING_AWAY, "The gateway stops.");
  }

  terminate(): void {
    this.socket.terminate();
  }

  private receive(data: RawData, isBinary: boolean): void {
    this.isAlive = true;
    let lane: string | null = null;
    try {
      if (isBinary) throw new GatewayError("invalid_request", "Send text frames, each of them one JSON object.");
      const bytes = Buffer.isBuffer(data) ? data : Buffer.concat(Array.isArray(data) ? data : [Buffer.from(data)]);
      const event = readEvent(bytes);
      lane = event.lane;
      if (this.isStopping) throw new GatewayError("shutting_down", "The gateway is stopping. Try again in a moment.");
      this.enqueue({ event, bytes: bytes.length });
    } catch (thrown) {
      this.sendError(thrown, lane);
    }
  }

  /** One request at a time in each lane, in order; lanes beside each other. */
  private enqueue(waiting: Waiting): void {
    const { limits } = this.options;
    const queue = this.lanes.get(waiting.event.lane);
    if (!queue) {
      if (this.lanes.size >= limits.maxLanes) throw tooMany(`more than ${limits.maxLanes} lanes at once`);
      this.lanes.set(waiting.event.lane, []);
      void this.work(waiting.event);
      return;
    }
    const isFull = this.waitingCount >= limits.maxWaiting || this.waitingBytes + waiting.bytes > limits.maxWaitingBytes;
    if (isFull) throw tooMany("more requests than can wait");
    this.waitingCount++;
    this.waitingBytes += waiting.bytes;
    queue.push(waiting);
  }

  private async work(first: ClientEvent): Promise<void> {
    const { lane } = first;
    const queue = this.lanes.get(lane) ?? [];
    for (let event: ClientEvent | undefined = first; event; ) {
      await this.answer(event).catch((thrown: unknown) => this.sendError(thrown, lane));
      const next: Waiting | undefined = this.gone.signal.aborted ? undefined : queue.shift();
      if (next) {
        this.waitingCount--;
        this.waitingBytes -= next.bytes;
      }
      event = next?.event;
    }
    this.lanes.delete(lane);
    if (this.isStopping) this.stop();
  }

  private async answer(event: ClientEvent): Promise<void> {
    const { world, limits, token, target, address } = this.options;
    const create = event.create();
    const recalling = token === null ? null : this.options.recall?.(token);
    if (recalling) await recalling;
    if (this.transcript.size > limits.maxTranscript) return this.giveUp(event.lane);
    const id = this.options.nextId();
    const reply = createSocketReply(this.socket, { lane: event.lane, stallMs: world.timeouts.clientStallMs });
    if (create.generates) await this.exchange(create, id, reply);
    else {
      world.authenticate(token, address);
      const createdAt = Math.floor(world.clock.nowUs() / 1_000_000);
      const frames = prewarmFrames(create.body, target, { id, createdAt });
      reply.start(200, { "content-type": "text/event-stream" });
      reply.end(frames);
      await reply.finished();
    }
    const answer = reply.answer();
    if (!answer) return;
    const items = [itemsOfInput(create.input), answer.items].filter((text) => text !== null);
    this.transcript.add(answer.id, create.previousId, items);
  }

  private async exchange(create: CreateEvent, id: number, reply: SocketReply): Promise<void> {
    const { world, running, address, headers, token, target, project } = this.options;
    const requestId = requestIdOf(id);
    const inbound: Inbound = {
      id,
      requestId,
      arrivedUs: world.clock.monotonicUs(),
      wire: "openai-responses",
      target,
      project,
      address,
      headers,
      token,
      transcript: (previousId) => this.transcript.upTo(previousId),
      readBody: () => Promise.resolve({ bytes: create.body, wireBytes: create.body.length, release() {} }),
      signal: this.gone.signal,
      reply,
    };
    const exchange = runExchange(inbound, world)
      .catch((error: unknown) => {
        world.log.error({ err: error, requestId }, "exchange broke off");
        reply.cut();
      })
      .finally(() => running.delete(id));
    running.set(id, exchange);
    await exchange;
  }

  /** A client that is told so makes a new connection and sends its conversation whole. */
  private giveUp(lane: string | null): void {
    const error = {
      type: "invalid_request_error",
      code: "websocket_connection_limit_reached",
      message: "This connection has grown too large to remember its conversations. Open a new one to go on.",
      param: null,
    };
    if (this.isOpen) this.socket.send(errorMessage(400, error, lane));
    this.socket.close(NORMAL, "The connection's memory is full.");
  }

  private sendError(thrown: unknown, lane: string | null): void {
    const error = toGatewayError(thrown);
    if (error.code === "internal_error") this.options.world.log.error({ err: thrown }, "a WebSocket request failed");
    if (this.isOpen) this.socket.send(errorMessage(error.status, openAiError(error), lane));
  }

  private get isOpen(): boolean {
    return this.socket.readyState === this.socket.OPEN;
  }

  /** Both sides learn of a connection that has died, and whatever stands between them sees that it is in use. */
  private ping(): void {
    if (!this.isOpen) return;
    // A pong stands behind all that the client has not read yet; for those that read slowly there is another limit.
    if (!this.isAlive && this.socket.bufferedAmount === 0) return this.socket.terminate();
    this.isAlive = false;
    this.socket.ping();
  }

  private onClose(): void {
    clearInterval(this.pings);
    this.gone.abort(whyGone(this.options.cut));
  }
}

const tooMany = (what: string): GatewayError =>
  new GatewayError("rate_limited", `This connection has ${what}. Wait for answers before you send more.`, {
    retryAfterMs: 1_000,
  });
