/** The guard against foreign pages, put to a request: what it is refused with, and what its page may know. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { GatewayError } from "../ir/errors.ts";
import { clientOf } from "../lib/client-address.ts";
import type { ListenerSettings } from "../settings/types.ts";
import { checkOrigin, type OriginPolicy } from "./origin-guard.ts";

export function policyFor(
  settings: ListenerSettings,
  options: { allowedHosts: string[]; allowedOrigins: string[] },
): OriginPolicy {
  const listensBeyondLoopback = !/^(?:localhost|127\.|::1$)/.test(settings.host);
  const hosts = [...options.allowedHosts, settings.host].map((host) => host.toLowerCase());
  const origins = options.allowedOrigins.map((origin) => origin.toLowerCase().replace(/\/$/, ""));
  return { allowedHosts: new Set(hosts), allowedOrigins: new Set(origins), listensBeyondLoopback };
}

/** The error to answer with; null to go on. */
export function refuseForeign(request: IncomingMessage, policy: OriginPolicy): GatewayError | null {
  const { origin } = request.headers;
  const fetchSite = one(request.headers["sec-fetch-site"]);
  const host = clientOf(request).host ?? undefined;
  const verdict = checkOrigin({ host, origin, fetchSite, isVisit: isVisit(request) }, policy);
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
  return null;
}

/** What a page of an allowed origin may read of an answer, besides the few that it always may. */
const EXPOSED_HEADERS = "x-request-id, x-client-request-id, x-gateway-provider, x-gateway-overhead-ms, retry-after";

/**
 * A link in a mail, or an OIDC provider that sends the browser back: the whole window goes to a page of the console, or
 * to the place where sign-ins come back to. Neither does anything without a cookie or a code, nor inside a frame.
 */
function isVisit({ method, url, headers }: IncomingMessage): boolean {
  return (
    method === "GET" &&
    headers["sec-fetch-mode"] === "navigate" &&
    headers["sec-fetch-dest"] === "document" &&
    /^\/(?:console(?:\/|$)|api\/v1\/auth\/oidc\/[^/?]+\/callback\?)/.test(url ?? "")
  );
}

const one = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);

/** Tells browsers that the page may read the answer; `answered` for their question before it. */
export function allowOrigin(
  request: IncomingMessage,
  response: ServerResponse,
  policy: OriginPolicy,
): "answered" | null {
  const { origin } = request.headers;
  if (origin && policy.allowedOrigins.has(origin.toLowerCase())) {
    response.setHeader("access-control-allow-origin", origin);
    response.setHeader("vary", "origin");
    response.setHeader("access-control-expose-headers", EXPOSED_HEADERS);
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
