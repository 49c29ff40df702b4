/** What went wrong, in the words and the form of the admin API. */
import type { Request, Response } from "express";
import { GatewayError, toGatewayError } from "../ir/errors.ts";
import type { AdminDeps } from "./deps.ts";

export function sendError(deps: Pick<AdminDeps, "log">, thrown: unknown, request: Request, response: Response): void {
  const error = toShownError(thrown);
  if (error.code === "internal_error") {
    const requestId = response.getHeader("x-request-id");
    deps.log.error({ err: thrown, path: request.path, requestId }, "an admin request failed");
  }
  if (response.headersSent) {
    response.destroy();
    return;
  }
  if (error.retryAfterMs !== undefined)
    response.set("retry-after", String(Math.max(1, Math.ceil(error.retryAfterMs / 1000))));
  response.status(error.status).json(errorBody(error));
}

export const errorBody = (error: GatewayError) => ({
  error: {
    message: error.message,
    type: error.class,
    code: error.code,
    ...(error.problems ? { problems: error.problems } : {}),
  },
});

export function toShownError(thrown: unknown): GatewayError {
  const { type, status } = thrown as { type?: string; status?: number };
  if (type === "entity.too.large")
    return new GatewayError("body_too_large", "The body is larger than this path takes.");
  if (type === "encoding.unsupported" || type === "charset.unsupported") {
    return new GatewayError("unsupported_content_encoding", "The body is neither UTF-8 nor compressed in a known way.");
  }
  if (thrown instanceof GatewayError) return thrown;
  // Express's own: a path or a body that cannot be decoded.
  if (status !== undefined && status >= 400 && status < 500) {
    return new GatewayError("invalid_json", "The request cannot be read: its body is no JSON, or its path no URL.");
  }
  return toGatewayError(thrown);
}
