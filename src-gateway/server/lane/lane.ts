/**
 * The way of most requests: a small HTTP/1.1 in front of `node:http`, for nothing but whole, plain calls of models. It takes
 * only what it is certain of; a connection that brings anything else goes to `node:http` with its bytes unread, and stays
 * there. So there is one judge of what is wrong, and what both understand they understand alike.
 */
import type { Server } from "node:http";
import type { Socket } from "node:net";
import { toGatewayError } from "../../ir/errors.ts";
import { requestIdOf } from "../../ir/exchange-record.ts";
import { clientAt } from "../../lib/client-address.ts";
import { EndOfTurn, holdWork, turnMs } from "../../lib/end-of-turn.ts";
import type { Logger } from "../../lib/logger.ts";
import { WIRES } from "../../protocols/wires.ts";
import type { Arrival } from "../arrival.ts";
import { type InferenceRoute, readHeadFacts } from "../inference-handler.ts";
import { checkOrigin, type OriginPolicy } from "../origin-guard.ts";
import { matchRoute, type Route } from "../routes.ts";
import type { Traffic } from "../traffic.ts";
import { KEEP_ALIVE_MS } from "./answer-head.ts";
import type { LaneArrival } from "./lane-arrival.ts";
import { type ConnectionOwner, LaneConnection, type LaneHead, type SilenceLimits } from "./lane-connection.ts";
import { readHead } from "./read-head.ts";

const SWEEP_MS = 1_000;
/** What `node:http` adds to what it tells clients. */
const KEEP_ALIVE_GRACE_MS = 1_000;

/** Answers one request that passed the guard. Must not throw. */
export type HandleInference = (arrival: Arrival, route: InferenceRoute, id: number) => void;

export interface LaneOptions {
  policy: OriginPolicy;
  belongsHere(route: Route): boolean;
  isTrustedProxy(address: string): boolean;
  headersMs: number;
  requestMs: number;
  stallMs: number;
  log: Logger;
  nextId(): number;
  inference: HandleInference;
  traffic: Traffic;
}

export class Lane implements ConnectionOwner {
  private readonly options: LaneOptions;
  private readonly limits: SilenceLimits;
  private readonly server: Server;
  private readonly toHttp: (socket: Socket) => void;
  private readonly connections: LaneConnection[] = [];
  private sweeper: NodeJS.Timeout | null = null;
  private readonly beginnings = new EndOfTurn<{ arrival: LaneArrival; route: InferenceRoute }>(
    "work",
    ({ arrival, route }) => this.begin(arrival, route),
  );

  /** From now on the connections of this server come here first. */
  constructor(server: Server, options: LaneOptions) {
    this.options = options;
    this.limits = {
      headersMs: options.headersMs,
      requestMs: options.requestMs,
      idleMs: KEEP_ALIVE_MS + KEEP_ALIVE_GRACE_MS,
    };
    const [toHttp] = server.listeners("connection");
    if (toHttp === undefined) throw new Error("node:http does not listen for connections");
    this.server = server;
    this.toHttp = toHttp as (socket: Socket) => void;
    server.removeAllListeners("connection");
    server.on("connection", (socket: Socket) => this.take(socket));
  }

  private take(socket: Socket): void {
    const connection = new LaneConnection(socket, this);
    connection.place = this.connections.push(connection) - 1;
    holdWork();
    this.sweeper ??= setInterval(() => this.sweep(), SWEEP_MS).unref();
  }

  understand(text: string, { remoteAddress }: Socket): LaneHead | null {
    const head = readHead(text);
    if (head === null) return null;
    const route = matchRoute("POST", head.url);
    if (route.kind !== "inference" || !this.options.belongsHere(route)) return null;
    const { url, headers, bodyBytes, isLast } = head;
    const { address, host } = clientAt(remoteAddress, headers, (named) => this.options.isTrustedProxy(named));
    const facts = { host: host ?? undefined, origin: undefined, fetchSite: undefined };
    // Who is refused is told so over there.
    if (checkOrigin(facts, this.options.policy) !== "ok") return null;
    // Other requests of the connection begin with the same.
    const known = { headers: Object.freeze(headers), head: readHeadFacts({ url, headers }) };
    return { url, ...known, bodyBytes, isLast, address, route, headBytes: text.length };
  }

  closingNow(): boolean {
    return this.options.traffic.isStopping;
  }

  begun(arrival: LaneArrival, route: InferenceRoute): void {
    this.options.traffic.begun();
    this.beginnings.add({ arrival, route });
  }

  private begin(arrival: LaneArrival, route: InferenceRoute): void {
    const id = this.options.nextId();
    try {
      this.options.inference(arrival, route, id);
    } catch (thrown) {
      this.fail(arrival, route, requestIdOf(id), thrown);
    }
  }

  private fail(arrival: LaneArrival, route: InferenceRoute, requestId: string, thrown: unknown): void {
    const error = toGatewayError(thrown);
    if (error.code === "internal_error") this.options.log.error({ err: thrown, requestId }, "request failed");
    const reply = arrival.openReply({ requestId, stallMs: this.options.stallMs });
    if (reply.status !== null) return arrival.destroy();
    const { status, headers, body } = WIRES[route.wire].encodeError(error, { requestId });
    reply.start(status, headers);
    reply.end(body);
  }

  ended(): void {
    this.options.traffic.ended();
  }

  handOver(connection: LaneConnection): void {
    this.closed(connection);
    this.toHttp.call(this.server, connection.socket);
  }

  closed(connection: LaneConnection): void {
    const last = this.connections.pop();
    if (last === undefined || last === connection) return;
    this.connections[connection.place] = last;
    last.place = connection.place;
  }

  private sweep(): void {
    const now = turnMs();
    for (const connection of this.connections.slice()) connection.check(now, this.limits);
    if (this.connections.length > 0 || this.sweeper === null) return;
    clearInterval(this.sweeper);
    this.sweeper = null;
  }

  /** Those that wait for nothing. */
  closeIdle(): void {
    for (const { socket, isIdle } of this.connections.slice()) if (isIdle) socket.destroy();
  }

  closeAll(): void {
    for (const { socket } of this.connections.slice()) socket.destroy();
  }
}
