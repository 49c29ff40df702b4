/** An error before, or instead of, an exchange: in the shape that the client of this path understands. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { GatewayError } from "../ir/errors.ts";
import type { WireProtocol } from "../ir/protocol.ts";
import { WIRES } from "../protocols/wires.ts";
import type { Route } from "./routes.ts";

export function sendWireError(
  request: IncomingMessage,
  response: ServerResponse,
  route: Route,
  requestId: string,
  error: GatewayError,
  extraHeaders: Record<string, string> = {},
): void {
  const { status, headers, body } = WIRES[wireOf(request, route)].encodeError(error, { requestId });
  response.writeHead(status, { ...headers, ...extraHeaders, "x-request-id": requestId });
  response.end(request.method === "HEAD" ? undefined : body);
}

/** The vendors' SDKs share paths like /v1/models; what they send along tells them apart. */
export function wireOf(request: IncomingMessage, route: Route): WireProtocol {
  if ("wire" in route && route.wire && route.kind !== "unknown") return route.wire;
  if (request.headers["x-goog-api-key"] !== undefined) return "gemini-content";
  if (request.headers["anthropic-version"] !== undefined) return "anthropic-messages";
  return "wire" in route && route.wire ? route.wire : "openai-chat";
}
