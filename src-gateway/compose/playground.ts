/** Requests that somebody makes by hand in the console: through the same exchange as any client's, without a client key. */

import type { IncomingMessage, ServerResponse } from "node:http";
import type { ExchangeWorld } from "../exchange/types.ts";
import { GatewayError, toGatewayError } from "../ir/errors.ts";
import { requestIdOf } from "../ir/exchange-record.ts";
import type { PassingMap } from "../lib/passing-map.ts";
import { HttpArrival } from "../server/http-arrival.ts";
import { createInferenceHandler } from "../server/inference-handler.ts";
import { matchRoute } from "../server/routes.ts";
import { sendWireError } from "../server/wire-error.ts";
import type { Parts } from "./parts.ts";
import { principalOfUser } from "./principal-of-user.ts";

export interface PlaygroundSide {
  parts: Parts;
  world: ExchangeWorld;
  nextId: () => number;
  /** Exchanges that have begun and not yet closed their record. */
  running: PassingMap<Promise<void>>;
  /** Aborts when what is still open is broken off, because the gateway ends. */
  cut: AbortSignal;
}

/** What the ledger calls the agent. */
const SCOPES = ["agent:playground"];

/** Answers a request whose path is one that models are asked at, such as `/v1/messages`, for a user who is known. */
export async function answerPlayground(
  { parts, world, nextId, running, cut }: PlaygroundSide,
  request: IncomingMessage,
  response: ServerResponse,
  userId: number,
): Promise<void> {
  const id = nextId();
  const route = matchRoute(request.method ?? "GET", request.url ?? "/");
  try {
    if (route.kind !== "inference")
      throw new GatewayError("not_found", "The playground asks models: no model is asked at this path.");
    const principal = { ...(await principalOfUser(parts, userId)), scopes: SCOPES };
    // Asked by hand twice, it is wanted twice.
    const own: ExchangeWorld = { ...world, joins: null, authenticate: () => principal };
    const { maxBodyBytes } = parts.settings;
    createInferenceHandler({ world: own, maxBodyBytes, running, cut })(new HttpArrival(request, response), route, id);
  } catch (thrown) {
    sendWireError(request, response, route, requestIdOf(id), toGatewayError(thrown));
  }
}
