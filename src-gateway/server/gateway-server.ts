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
  const servers: { server: Server; settings: ListenerSettings }[] = [];
  const idle = new Set<() => void>();
  let open = 0;
  let isStopping = false;

  const onRequest = (settings: ListenerSettings, policy: OriginPolicy) => (request: IncomingMessage, response: ServerResponse) => {
    open++;
    response.once("close", () => {
      open--;
      if (open === 0) for (const tell of idle) tell();
    });
    if (isStopping) response.setHeader("connection", "close");
    const id = options.nextId();
    const route = matchRoute(request.method ?? "GET", request.url ?? "/");
    const refusal = guard(request, response, policy);
    if (refusal === "answered") return;
    if (refusal) return sendWireError(request, response, route, requestIdOf(id), refusal);
    const served = belongsTo(route, settings) ? route : ({ kind: "unknown", wire: "openai-chat" } as const);
    options.handle(request, response, served, id);
  };

  const listen = async (settings: ListenerSettings): Promise<{ name: string; host: string; port: number }> => {
    const policy = policyFor(settings, options);
    const server = http.createServer(
      {
        keepAliveTimeout: 65_000,
        headersTimeout: options.timeouts.clientHeadersMs,
        requestTimeout: options.timeouts.clientHeadersMs + options.timeouts.clientBodyMs,
        connectionsCheckingInterval: 1_000,
        maxHeaderSize: 64 * 1024,
        noDelay: true,
      },
      onRequest(settings, policy),
    );
    server.on("clientError", (error: NodeJS.ErrnoException, socket: Duplex) => answerClientError(error, socket));
    server.on("upgrade", (request: IncomingMessage, socket: Duplex) => declineUpgrade(request, socket as Socket));
    servers.push({ server, settings });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(settings.port, settings.host, () => {
        server.off("error", reject);
        resolve();
      });
    });
    server.on("error", (error) => options.log.error({ err: error }, "listener failed"));
    return { name: settings.name, host: settings.host, port: (server.address() as AddressInfo).port };
  };

  return {
    async start() {
      const bound = [];
      try {
        for (const settings of options.listeners) bound.push(await listen(settings));
      } catch (error) {
        for (const { server } of servers.splice(0)) server.close();
        throw error;
      }
      return bound;
    },
    async stop(drainMs) {
      isStopping = true;
      const closed = servers.map(({ server }) => new Promise<void>((resolve) => server.close(() => resolve())));
      for (const { server } of servers) server.closeIdleConnections();
      if (open > 0) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, drainMs);
          idle.add(() => {
            clearTimeout(timer);
            resolve();
          });
        });
      }
      for (const { server } of servers) server.closeAllConnections();
      await Promise.all(closed);
    },
    openRequests: () => open,
  };
}

function policyFor(settings: ListenerSettings, options: GatewayServerOptions): OriginPolicy {
  const listensBeyondLoopback = !/^(?:localhost|127\.|::1$)/.test(settings.host);
  const hosts = [...options.allowedHosts, settings.host].map((host) => host.toLowerCase());
  const origins = options.allowedOrigins.map((origin) => origin.toLowerCase().replace(/\/$/, ""));
  return { allowedHosts: new Set(hosts), allowedOrigins: new Set(origins), listensBeyondLoopback };
}

/** An error to answer with, `answered` for a preflight, null to go on. */
function guard(request: IncomingMessage, response: ServerResponse, policy: OriginPolicy): GatewayError | "answered" | null {
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
        "access-control-allow-methods": "GET, HEAD, POST, PATCH, DELETE",
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
