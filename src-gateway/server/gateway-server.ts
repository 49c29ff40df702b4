/**
 * Sockets end here: listeners, the guard against foreign pages, the dispatch table, and the reply with back-pressure.
 * Inference paths are answered straight from node:http; the console and the admin API go to the Express app.
 */
import http, { type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { GatewayError } from "../ir/errors.ts";
import { requestIdOf } from "../ir/exchange-record.ts";
import type { Logger } from "../lib/logger.ts";
import type { ListenerSettings, TimeoutSettings } from "../settings/types.ts";
import { checkOrigin, type OriginPolicy } from "./origin-guard.ts";
import { answerClientError, declineUpgrade } from "./raw-answers.ts";
import { matchRoute, type Route } from "./routes.ts";
import { sendWireError } from "./wire-error.ts";

export interface GatewayServerOptions {
  listeners: ListenerSettings[];
  allowedHosts: string[];
  allowedOrigins: string[];
  timeouts: TimeoutSettings;
  log: Logger;
  nextId(): number;
  /** Answers one request that passed the guard and belongs to its listener. Must not throw. */
  handle(request: IncomingMessage, response: ServerResponse, route: Route, id: number): void;
}

export interface GatewayServer {
  /** @throws the listen error of the first listener that fails, after closing the others. */
  start(): Promise<{ name: string; host: string; port: number }[]>;
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
  private open = 0;
  private isStopping = false;
  private tellIdle: () => void = () => {};

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

  async stop(drainMs: number): Promise<void> {
    this.isStopping = true;
    const closed = this.servers.map((server) => new Promise<void>((resolve) => void server.close(() => resolve())));
    for (const server of this.servers) server.closeIdleConnections();
    if (this.open > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, drainMs);
        this.tellIdle = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    for (const server of this.servers) server.closeAllConnections();
    await Promise.all(closed);
  }

  openRequests(): number {
    return this.open;
  }

  private async listen(settings: ListenerSettings): Promise<{ name: string; host: string; port: number }> {
    const { timeouts, log } = this.options;
    const policy = policyFor(settings, this.options);
    const server = http.createServer(
      {
        keepAliveTimeout: 65_000,
        headersTimeout: timeouts.clientHeadersMs,
        requestTimeout: timeouts.clientHeadersMs + timeouts.clientBodyMs,
        connectionsCheckingInterval: 1_000,
        maxHeaderSize: 64 * 1024,
        noDelay: true,
      },
      (request, response) => this.receive(request, response, settings, policy),
    );
    server.on("clientError", (error: NodeJS.ErrnoException, socket: Duplex) => answerClientError(error, socket));
    server.on("upgrade", (request: IncomingMessage, socket: Duplex) => declineUpgrade(request, socket as Socket));
    this.servers.push(server);
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(settings.port, settings.host, () => {
        server.off("error", reject);
        resolve();
      });
    });
    server.on("error", (error) => log.error({ err: error }, "listener failed"));
    return { name: settings.name, host: settings.host, port: (server.address() as AddressInfo).port };
  }

  private receive(
    request: IncomingMessage,
    response: ServerResponse,
    settings: ListenerSettings,
    policy: OriginPolicy,
  ): void {
    this.open++;
    response.once("close", () => {
      this.open--;
      if (this.open === 0) this.tellIdle();
    });
    if (this.isStopping) response.setHeader("connection", "close");
    const id = this.options.nextId();
    const route = matchRoute(request.method ?? "GET", request.url ?? "/");
    const refusal = guard(request, response, policy);
    if (refusal === "answered") return;
    if (refusal) return sendWireError(request, response, route, requestIdOf(id), refusal);
    const served = belongsTo(route, settings) ? route : ({ kind: "unknown", wire: "openai-chat" } as const);
    this.options.handle(request, response, served, id);
  }
}

function policyFor(settings: ListenerSettings, options: GatewayServerOptions): OriginPolicy {
  const listensBeyondLoopback = !/^(?:localhost|127\.|::1$)/.test(settings.host);
  const hosts = [...options.allowedHosts, settings.host].map((host) => host.toLowerCase());
  const origins = options.allowedOrigins.map((origin) => origin.toLowerCase().replace(/\/$/, ""));
  return { allowedHosts: new Set(hosts), allowedOrigins: new Set(origins), listensBeyondLoopback };
}

/** An error to answer with, `answered` for a preflight, null to go on. */
function guard(
  request: IncomingMessage,
  response: ServerResponse,
  policy: OriginPolicy,
): GatewayError | "answered" | null {
  const { host, origin } = request.headers;
  const fetchSite = request.headers["sec-fetch-site"];
  const verdict = checkOrigin({ host, origin, fetchSite: Array.isArray(fetchSite) ? fetchSite[0] : fetchSite }, policy);
  if (verdict === "foreign-host") {
    return new GatewayError(
      "forbidden_origin",
      "The request names a host that is not this gateway's. Use 127.0.0.1 or localhost, or add the name to allowed_hosts.",
      { param: "host" },
    );
  }
  if (verdict === "foreign-origin") {
    return new GatewayError(
      "forbidden_origin",
      "A web page of another origin may not use this gateway. Add the origin to allowed_origins if it should.",
      { param: "origin" },
    );
  }
  if (origin && policy.allowedOrigins.has(origin.toLowerCase())) {
    response.setHeader("access-control-allow-origin", origin);
    response.setHeader("vary", "origin");
    response.setHeader("access-control-expose-headers", "x-request-id, retry-after");
    if (request.method === "OPTIONS") {
      response.writeHead(204, {
        "access-control-allow-methods": "GET, HEAD, POST, PUT, PATCH, DELETE",
        "access-control-allow-headers": request.headers["access-control-request-headers"] ?? "",
        "access-control-max-age": "600",
      });
      response.end();
      return "answered";
    }
  }
  return null;
}

function belongsTo(route: Route, settings: ListenerSettings): boolean {
  return !("endpoint" in route) || settings.endpoints.includes(route.endpoint);
}
