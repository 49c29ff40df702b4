/** One request that passed the guard, sent to whoever answers its kind of route. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { readCredential } from "../auth/read-credential.ts";
import { mayAskFor } from "../auth/scopes.ts";
import type { Principal } from "../auth/types.ts";
import { GatewayError, toGatewayError } from "../ir/errors.ts";
import { requestIdOf } from "../ir/exchange-record.ts";
import { addressOf } from "../lib/client-address.ts";
import type { Logger } from "../lib/logger.ts";
import type { Arrival } from "./arrival.ts";
import { HttpArrival } from "./http-arrival.ts";
import { type InferenceRoute, queryOf } from "./inference-handler.ts";
import type { MetricsHandler } from "./metrics-handler.ts";
import { encodeModel, encodeModelList, type ListedModel } from "./models-reply.ts";
import type { StraightPathRoute } from "./passthrough-handler.ts";
import type { Route } from "./routes.ts";
import type { StoredResponseRoute } from "./stored-response-handler.ts";
import { sendWireError, wireOf } from "./wire-error.ts";

export interface RequestHandlerOptions {
  version: string;
  log: Logger;
  inference(arrival: Arrival, route: InferenceRoute, id: number): void;
  passthrough(request: IncomingMessage, response: ServerResponse, route: StraightPathRoute, id: number): void;
  storedResponse(
    request: IncomingMessage,
    response: ServerResponse,
    route: StoredResponseRoute,
    id: number,
  ): Promise<void>;
  /** The answer to `GET /v1/capabilities`. */
  capabilities(): unknown;
  /** @throws GatewayError missing_api_key, invalid_api_key, user_suspended. */
  authenticate(token: string | null, address: string | null): Principal;
  listModels(): Promise<ListedModel[]>;
  health(isDeep: boolean): Promise<{ ready: boolean; body: Record<string, unknown> }>;
  /** Null where nothing is measured. */
  metrics: MetricsHandler | null;
  /** The console and the admin API. */
  admin(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

export function createRequestHandler(
  options: RequestHandlerOptions,
): (request: IncomingMessage, response: ServerResponse, route: Route, id: number, listener: string) => void {
  const answer = async (
    request: IncomingMessage,
    response: ServerResponse,
    route: Exclude<Route, InferenceRoute>,
    id: number,
    listener: string,
  ): Promise<void> => {
    switch (route.kind) {
      case "passthrough":
        return options.passthrough(request, response, route, id);
      case "stored-response":
        return options.storedResponse(request, response, route, id);
      case "capabilities":
        options.authenticate(readCredential(request.headers, queryOf(request))?.token ?? null, addressOf(request));
        return sendJson(request, response, 200, options.capabilities(), id);
      case "models":
        return sendModels(options, request, response, route, id);
      case "health": {
        const isDeep = route.check === "health" && isOn(queryOf(request).get("deep"));
        // It makes the gateway call its providers, and names them.
        if (isDeep)
          options.authenticate(readCredential(request.headers, queryOf(request))?.token ?? null, addressOf(request));
        const { ready, body } = await options.health(isDeep);
        const status = ready || route.check === "livez" ? 200 : 503;
        return sendJson(request, response, status, route.check === "livez" ? { status: "ok" } : body, id);
      }
      case "metrics":
        if (options.metrics === null) throw new GatewayError("not_found", "The gateway does not measure itself.");
        return options.metrics(request, response, listener === "metrics", id);
      case "root":
        return sendRoot(options, request, response, id);
      case "admin":
        return options.admin(request, response);
      case "wrong-method": {
        const error = new GatewayError("method_not_allowed", `This path takes ${route.allow}, not ${request.method}.`);
        return sendWireError(request, response, route, requestIdOf(id), error, { allow: route.allow });
      }
      case "unknown":
        throw new GatewayError(
          "not_found",
          "There is nothing at this path. The README lists the paths that are served.",
        );
    }
  };
  return (request, response, route, id, listener) => {
    if (route.kind !== "inference") {
      answer(request, response, route, id, listener).catch((thrown: unknown) =>
        fail(options, request, response, route, id, thrown),
      );
      return;
    }
    // Nothing is waited for before the exchange has begun.
    try {
      options.inference(new HttpArrival(request, response), route, id);
    } catch (thrown) {
      fail(options, request, response, route, id, thrown);
    }
  };
}

function fail(
  { log }: RequestHandlerOptions,
  request: IncomingMessage,
  response: ServerResponse,
  route: Route,
  id: number,
  thrown: unknown,
): void {
  const error = toGatewayError(thrown);
  if (error.code === "internal_error") log.error({ err: thrown, requestId: requestIdOf(id) }, "request failed");
  if (response.headersSent) response.destroy();
  else sendWireError(request, response, route, requestIdOf(id), error);
}

const isOn = (flag: string | null): boolean => flag !== null && flag !== "false" && flag !== "0";

async function sendModels(
  options: RequestHandlerOptions,
  request: IncomingMessage,
  response: ServerResponse,
  route: Extract<Route, { kind: "models" }>,
  id: number,
): Promise<void> {
  const query = queryOf(request);
  const { scopes } = options.authenticate(readCredential(request.headers, query)?.token ?? null, addressOf(request));
  const wire = query.has("key") && route.wire === null ? "gemini-content" : wireOf(request, route);
  const models = (await options.listModels()).filter((model) => mayAskFor(scopes, model.id));
  if (route.modelId === null) return sendJson(request, response, 200, encodeModelList(models, wire), id);
  const model = models.find((candidate) => candidate.id === route.modelId);
  if (!model) {
    throw new GatewayError(
      "model_not_found",
      `No model "${route.modelId.slice(0, 100)}" is listed for this key. GET /v1/models lists what there is.`,
    );
  }
  sendJson(request, response, 200, encodeModel(model, wire), id);
}

function sendRoot(
  options: RequestHandlerOptions,
  request: IncomingMessage,
  response: ServerResponse,
  id: number,
): void {
  if (request.method !== "GET" && request.method !== "HEAD") {
    const error = new GatewayError("method_not_allowed", `This path takes GET and HEAD, not ${request.method}.`);
    return sendWireError(request, response, { kind: "root" }, requestIdOf(id), error, { allow: "GET, HEAD" });
  }
  // Agents look here to see whether anybody is at home; people want the console.
  if (request.method === "GET" && (request.headers.accept ?? "").includes("text/html")) {
    response.writeHead(302, { location: "/console/" }).end();
    return;
  }
  sendJson(request, response, 200, { name: "Tokligence Gateway", version: options.version }, id);
}

function sendJson(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  value: unknown,
  id: number,
): void {
  const body = Buffer.from(JSON.stringify(value));
  response.writeHead(status, {
    "content-type": "application/json; charset=utf-8",
    "content-length": String(body.length),
    "cache-control": "no-store",
    "x-request-id": requestIdOf(id),
  });
  response.end(request.method === "HEAD" ? undefined : body);
}
