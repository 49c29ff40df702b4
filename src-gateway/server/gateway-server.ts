/**
 * Sockets end here: listeners, the guard against foreign pages, the dispatch table, and the reply with back-pressure.
 * Inference paths are answered straight from node:http; the console and the admin API go to the Express app.
 */
import http, { type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, Server as NetServer, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import { requestIdOf } from "../ir/exchange-record.ts";
import { noteClient } from "../lib/client-address.ts";
import type { Logger } from "../lib/logger.ts";
import type { ListenerSettings, TimeoutSettings } from "../settings/types.ts";
import { bindAddress } from "./bind-address.ts";
import { allowOrigin, policyFor, refuseForeign } from "./guard-request.ts";
import { KEEP_ALIVE_MS } from "./lane/answer-head.ts";
import { type HandleInference, Lane } from "./lane/lane.ts";
import { takeLastArrivals } from "./last-arrivals.ts";
import type { OriginPolicy } from "./origin-guard.ts";
import { answerClientError, declineUpgrade, refuseUpgrade } from "./raw-answers.ts";
import type { ResponsesSockets } from "./responses-socket/responses-sockets.ts";
import { matchRoute, type Route } from "./routes.ts";
import { Traffic } from "./traffic.ts";
import { sendWireError } from "./wire-error.ts";

/** Node's own 511 would let thousands of clients that come at once try again after a second, and then after three. */
const MAX_WAITING_CONNECTIONS = 4_096;
/** How long a new connection may take to bring its request once the gateway stops. */
const SILENCE_MS = 100;

export interface GatewayServerOptions {
  listeners: ListenerSettings[];
  allowedHosts: string[];
  allowedOrigins: string[];
  /** Whose word about where a request came from is believed. */
  isTrustedProxy(address: string): boolean;
  timeouts: TimeoutSettings;
  log: Logger;
  nextId(): number;
  /** Aborted when what is still open is broken off, because the gateway ends. */
  cut: AbortController;
  /** Null declines every WebSocket. */
  sockets: ResponsesSockets | null;
  /** Another process accepts for this one and others. */
  isWorker: boolean;
  /** Answers one request that passed the guard and belongs to its listener. Must not throw. */
  handle(request: IncomingMessage, response: ServerResponse, route: Route, id: number, listener: string): void;
  /** Answers calls of models that came over the lane; null where all come over `node:http`. Must not throw. */
  inference: HandleInference | null;
}

export interface GatewayServer {
  /** @throws the listen error of the first listener that fails, after closing the others. */
  start(): Promise<{ name: string; host: string; port: number }[]>;
  /** Goes on for so long, and gives every connection up after its next answer: whoever is before us should turn away. */
  leave(delayMs: number): Promise<void>;
  /** Stops accepting, lets open exchanges finish for at most `drainMs`, then breaks what is left. */
  stop(drainMs: number): Promise<void>;
  openRequests(): number;
}

export function createGatewayServer(options: GatewayServerOptions): GatewayServer {
  return new ListeningServer(options);
}

class ListeningServer implements GatewayServer {
  private readonly options: GatewayServerOptions;
  private readonly servers: Server[] = [];
  private readonly lanes: Lane[] = [];
  private readonly traffic = new Traffic();
  /** Connections, ever. */
  private taken = 0;

  constructor(options: GatewayServerOptions) {
    this.options = options;
  }

  async start(): Promise<{ name: string; host: string; port: number }[]> {
    const bound = [];
    try {
      for (const settings of this.options.listeners) bound.push(await this.listen(settings));
    } catch (error) {
      for (const server of this.servers.splice(0)) server.close();
      throw error;
    }
    return bound;
  }

  async leave(delayMs: number): Promise<void> {
    this.traffic.isStopping = true;
    if (delayMs > 0) await wait(delayMs);
  }

  async stop(drainMs: number): Promise<void> {
    this.traffic.isStopping = true;
    const { isWorker } = this.options;
    const hasTaken = await takeLastArrivals(() => this.taken, SILENCE_MS);
    // Where all workers are closed, the process before them would hold what it has just accepted until they have ended.
    const closed = isWorker ? this.turnAway() : this.closeListeners();
    // Those taken last have not been read from yet, which `node:http` takes for idle: its own close would reset them.
    if (hasTaken && drainMs > 0) await Promise.race([closed, wait(Math.min(SILENCE_MS, drainMs))]);
    for (const server of this.servers) {
      if (isWorker) server.closeIdleConnections();
      else server.close();
    }
    for (const lane of this.lanes) lane.closeIdle();
    await Promise.all([this.drain(drainMs, closed), this.options.sockets?.stop(drainMs)]);
    this.options.cut.abort();
    for (const server of this.servers) server.closeAllConnections();
    for (const lane of this.lanes) lane.closeAll();
    await (isWorker ? this.closeListeners() : closed);
  }

  /** Takes nobody new, and touches no connection. Resolves when the last one is gone. */
  private closeListeners(): Promise<unknown> {
    return Promise.all(this.servers.map(closeListener));
  }

  /** The door stays, and whoever comes is sent away at once. Does not resolve. */
  private turnAway(): Promise<unknown> {
    const sendAway = (socket: Socket): Socket => socket.destroy();
    for (const server of this.servers) server.removeAllListeners("connection").on("connection", sendAway);
    return new Promise(() => {});
  }

  private async drain(drainMs: number, closed: Promise<unknown>): Promise<void> {
    const deadline = performance.now() + drainMs;
    const leftMs = (): number => Math.max(0, deadline - performance.now());
    while (leftMs() > 0) {
      if (this.traffic.open > 0) await this.traffic.idle(leftMs());
      // On a connection that has just been taken a request may be on its way; one that says nothing is not waited for.
      const isClosed = await Promise.race([closed.then(() => true), wait(Math.min(SILENCE_MS, leftMs()), false)]);
      if (isClosed || this.traffic.open === 0) return;
    }
  }

  openRequests(): number {
    return this.traffic.open;
  }

  private async listen(settings: ListenerSettings): Promise<{ name: string; host: string; port: number }> {
    const { timeouts, log } = this.options;
    const policy = policyFor(settings, this.options);
    const server = http.createServer(
      {
        keepAliveTimeout: KEEP_ALIVE_MS,
        headersTimeout: timeouts.clientHeadersMs,
        requestTimeout: timeouts.clientHeadersMs + timeouts.clientBodyMs,
        connectionsCheckingInterval: 1_000,
        maxHeaderSize: 64 * 1024,
        noDelay: true,
      },
      (request, response) => this.receive(request, response, settings, policy),
    );
    server.on("clientError", (error: NodeJS.ErrnoException, socket: Duplex) => answerClientError(error, socket));
    server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) =>
      this.upgrade(request, socket as Socket, head, settings, policy),
    );
    this.openLane(server, settings, policy);
    server.on("connection", () => this.taken++);
    this.servers.push(server);
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(bindAddress(settings.host, settings.port), MAX_WAITING_CONNECTIONS, () => {
        server.off("error", reject);
        resolve();
      });
    });
    server.on("error", (error) => log.error({ err: error }, "listener failed"));
    return { name: settings.name, host: settings.host, port: (server.address() as AddressInfo).port };
  }

  private openLane(server: Server, settings: ListenerSettings, policy: OriginPolicy): void {
    const { inference, timeouts, log } = this.options;
    if (inference === null) return;
    const lane = new Lane(server, {
      policy,
      belongsHere: (route) => belongsTo(route, settings),
      isTrustedProxy: (address) => this.options.isTrustedProxy(address),
      headersMs: timeouts.clientHeadersMs,
      requestMs: timeouts.clientHeadersMs + timeouts.clientBodyMs,
      stallMs: timeouts.clientStallMs,
      log,
      nextId: () => this.options.nextId(),
      inference,
      traffic: this.traffic,
    });
    this.lanes.push(lane);
  }

  /** WebSockets are offered where Responses are, and declined everywhere else. */
  private upgrade(
    request: IncomingMessage,
    socket: Socket,
    head: Buffer,
    settings: ListenerSettings,
    policy: OriginPolicy,
  ): void {
    noteClient(request, (address) => this.options.isTrustedProxy(address));
    const refusal = refuseForeign(request, policy);
    if (refusal) return refuseUpgrade(socket, refusal);
    // The same path as over HTTP, where it takes a POST.
    const route = matchRoute("POST", request.url ?? "/");
    const { sockets } = this.options;
    const isOffered =
      sockets !== null &&
      route.kind === "inference" &&
      route.target.surface === "responses" &&
      belongsTo(route, settings) &&
      request.headers.upgrade?.toLowerCase() === "websocket";
    if (isOffered) sockets.upgrade(request, socket, head, route);
    else declineUpgrade(request, socket);
  }

  private receive(
    request: IncomingMessage,
    response: ServerResponse,
    settings: ListenerSettings,
    policy: OriginPolicy,
  ): void {
    this.traffic.begun();
    response.on("close", () => this.traffic.ended());
    if (this.traffic.isStopping) response.setHeader("connection", "close");
    noteClient(request, (address) => this.options.isTrustedProxy(address));
    const id = this.options.nextId();
    const route = matchRoute(request.method ?? "GET", request.url ?? "/");
    const refusal = refuseForeign(request, policy);
    if (!refusal && allowOrigin(request, response, policy) === "answered") return;
    if (refusal) return sendWireError(request, response, route, requestIdOf(id), refusal);
    const served = belongsTo(route, settings) ? route : ({ kind: "unknown", wire: "openai-chat" } as const);
    this.options.handle(request, response, served, id, settings.name);
  }
}

const closeListener = (server: Server): Promise<void> =>
  new Promise((resolve) => void NetServer.prototype.close.call(server, () => resolve()));

function belongsTo(route: Route, settings: ListenerSettings): boolean {
  return !("endpoint" in route) || settings.endpoints.includes(route.endpoint);
}
