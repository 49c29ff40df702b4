/** `/metrics`, and who may read it: numbers that tell what an organisation spends are not for everybody. */
import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { readCredential } from "../auth/read-credential.ts";
import { keyAllows, reachOf } from "../auth/rights.ts";
import type { Principal } from "../auth/types.ts";
import { GatewayError } from "../ir/errors.ts";
import { requestIdOf } from "../ir/exchange-record.ts";
import { addressOf } from "../lib/client-address.ts";
import { sha256Hex } from "../lib/hash-bytes.ts";

export interface MetricsHandlerOptions {
  /** In Prometheus' text format. */
  text(): Promise<string>;
  /** Null where none is set. */
  token: string | null;
  /** @throws GatewayError missing_api_key, invalid_api_key, user_suspended. */
  authenticate(token: string | null, address: string | null): Principal;
}

export type MetricsHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  isOwnPort: boolean,
  id: number,
) => Promise<void>;

const CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";
const PACK_FROM_BYTES = 8 * 1024;
const pack = promisify(gzip);

export function createMetricsHandler(options: MetricsHandlerOptions): MetricsHandler {
  return async (request, response, isOwnPort, id) => {
    requireReader(request, isOwnPort, options);
    const text = Buffer.from(await options.text());
    const mayPack =
      /\bgzip\b/.test(request.headers["accept-encoding"]?.toString() ?? "") && text.length > PACK_FROM_BYTES;
    const body = mayPack ? await pack(text) : text;
    response.writeHead(200, {
      "content-type": CONTENT_TYPE,
      "content-length": String(body.length),
      ...(mayPack ? { "content-encoding": "gzip" } : {}),
      "cache-control": "no-store",
      "x-request-id": requestIdOf(id),
    });
    response.end(request.method === "HEAD" ? undefined : body);
  };
}

/** @throws GatewayError missing_api_key, invalid_api_key, forbidden. */
function requireReader(request: IncomingMessage, isOwnPort: boolean, options: MetricsHandlerOptions): void {
  const shown = readCredential(request.headers, new URLSearchParams())?.token ?? null;
  if (options.token === null) {
    // Its own port is for a network that only Prometheus reaches; so is a request that has not left this machine.
    if (isOwnPort || (shown === null && comesFromHere(request))) return;
  } else if (shown !== null && isSame(shown, options.token)) return;
  if (shown === null && options.token !== null)
    throw new GatewayError(
      "missing_api_key",
      "The metrics need metrics_token, or an administrator's key, as a Bearer token.",
    );
  const { role, scopes } = options.authenticate(shown, addressOf(request));
  if (reachOf("metrics:read", role) === "all" && keyAllows(scopes, "metrics:read")) return;
  throw new GatewayError("forbidden", "The metrics are for administrators' keys, and for whoever has metrics_token.");
}

/** A proxy on this machine asks for others, so a request that has passed one has come from somewhere else. */
function comesFromHere({ socket, headers }: IncomingMessage): boolean {
  const isLoopback = /^(?:::ffff:)?127\.|^::1$/.test(socket.remoteAddress ?? "");
  const hostname = (headers.host ?? "").replace(/:\d+$/, "");
  const isAskedAsLoopback = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/i.test(hostname);
  const wasPassedOn = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"].some(
    (name) => headers[name] !== undefined,
  );
  return isLoopback && isAskedAsLoopback && !wasPassedOn;
}

const isSame = (one: string, other: string): boolean =>
  timingSafeEqual(Buffer.from(sha256Hex([Buffer.from(one)])), Buffer.from(sha256Hex([Buffer.from(other)])));
