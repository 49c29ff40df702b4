/** Responses asked for by their ids: from what the gateway keeps, and else from the provider that made them. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { readCredential } from "../auth/read-credential.ts";
import { requireSurface } from "../auth/scopes.ts";
import type { Principal } from "../auth/types.ts";
import { GatewayError } from "../ir/errors.ts";
import { requestIdOf } from "../ir/exchange-record.ts";
import { addressOf } from "../lib/client-address.ts";
import type { ProviderInstance } from "../providers/types.ts";
import type { ItemListQuery, ResponseMemory, StoredResponses } from "../responses-state/types.ts";
import { discardRest, queryOf } from "./inference-handler.ts";
import type { StraightPathRoute } from "./passthrough-handler.ts";
import type { Route } from "./routes.ts";

export interface StoredResponseHandlerOptions {
  memory: ResponseMemory;
  instances(): ReadonlyMap<string, ProviderInstance>;
  /** @throws GatewayError missing_api_key, invalid_api_key, user_suspended. */
  authenticate(token: string | null, address: string | null): Principal;
  /** Asks a provider; such calls are not worth a record. */
  passthrough(request: IncomingMessage, response: ServerResponse, route: StraightPathRoute, id: number): void;
}

export type StoredResponseRoute = Extract<Route, { kind: "stored-response" }>;

/** What of a request without an answer to its client is read at most. */
const MAX_DISCARDED_BYTES = 1024 * 1024;

export function createStoredResponseHandler(
  options: StoredResponseHandlerOptions,
): (request: IncomingMessage, response: ServerResponse, route: StoredResponseRoute, id: number) => Promise<void> {
  return async (request, response, route, id) => {
    const query = queryOf(request);
    const principal = options.authenticate(readCredential(request.headers, query)?.token ?? null, addressOf(request));
    requireSurface(principal.scopes, "responses");
    const owner = String(principal.userId);
    const body = await answerOwn(options.memory.answers, route, owner, query);
    if (body === null) return options.passthrough(request, response, likelyRoute(options, route, owner), id);
    response.writeHead(200, {
      "content-type": "application/json; charset=utf-8",
      "content-length": String(Buffer.byteLength(body)),
      "cache-control": "no-store",
      "x-request-id": requestIdOf(id),
    });
    response.end(request.method === "HEAD" ? undefined : body);
    discardRest(request, MAX_DISCARDED_BYTES);
  };
}

/** JSON, or null when it is not kept here. */
async function answerOwn(
  responses: StoredResponses,
  { action, id }: StoredResponseRoute,
  owner: string,
  query: URLSearchParams,
): Promise<string | null> {
  switch (action) {
    case "retrieve": {
      const found = await responses.get(id, owner);
      if (found !== null && query.get("stream") === "true") {
        throw new GatewayError(
          "invalid_request",
          "This response was not created in the background, so it cannot be streamed again. Ask for it without stream=true.",
          { param: "stream" },
        );
      }
      return found;
    }
    case "delete":
      return (await responses.delete(id, owner)) ? JSON.stringify({ id, object: "response", deleted: true }) : null;
    case "cancel":
      if ((await responses.get(id, owner)) === null) return null;
      throw new GatewayError(
        "invalid_request",
        "Cannot cancel a synchronous response. Only one that was created with background=true can be cancelled.",
      );
    case "input-items": {
      const list = await responses.inputItems(id, owner, readListQuery(query));
      return list === null ? null : JSON.stringify(list);
    }
  }
}

/** @throws GatewayError invalid_request */
function readListQuery(query: URLSearchParams): ItemListQuery {
  const limit = Number(query.get("limit") ?? 20);
  if (!Number.isInteger(limit) || limit < 1 || limit > 100) {
    throw new GatewayError("invalid_request", "limit must be a whole number from 1 to 100.", { param: "limit" });
  }
  const order = query.get("order") ?? "desc";
  if (order !== "asc" && order !== "desc") {
    throw new GatewayError("invalid_request", 'order must be "asc" or "desc".', { param: "order" });
  }
  return { limit, order, after: query.get("after") || null };
}

/** The same call for the provider that made the response, as far as that is known. @throws GatewayError not_found */
function likelyRoute(
  options: StoredResponseHandlerOptions,
  route: StoredResponseRoute,
  owner: string,
): StraightPathRoute {
  const instances = options.instances();
  const known = options.memory.providers.find(route.id);
  const speaks = (instance: ProviderInstance | undefined): boolean =>
    instance?.protocols["openai-responses"] !== undefined;
  const first = [...instances.values()].find(speaks);
  // Providers know one key of the gateway's and not its users, so theirs must be kept apart here.
  if ((known && known.owner !== owner) || !first) {
    throw new GatewayError("not_found", `Response with id '${route.id.slice(0, 100)}' not found.`);
  }
  const likely =
    known && speaks(instances.get(known.provider))
      ? { provider: known.provider, reason: "it made this response" }
      : { provider: first.id, reason: "the first provider that speaks Responses" };
  const { action: _action, id: _id, ...call } = route;
  return { ...call, kind: "passthrough", route: { ...route.route, likely } };
}
