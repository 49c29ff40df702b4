/** From a socket to an exchange on the straight path: any method, any content type, the body as it arrives. */

import type { IncomingMessage, ServerResponse } from "node:http";
import { readCredential } from "../auth/read-credential.ts";
import type { PassthroughInbound, PassthroughWorld } from "../exchange/passthrough/types.ts";
import { runPassthrough } from "../exchange/passthrough.ts";
import { requestIdOf } from "../ir/exchange-record.ts";
import { addressOf } from "../lib/client-address.ts";
import { LeaveSignal } from "../lib/leaving.ts";
import type { PassingMap } from "../lib/passing-map.ts";
import { bodySourceOf } from "./body-source.ts";
import { HttpArrival } from "./http-arrival.ts";
import { discardRest, headerText, pathOf, queryOf } from "./inference-handler.ts";
import { type BodyBudget, readBody } from "./read-body.ts";
import { createReply } from "./reply.ts";
import type { Route } from "./routes.ts";
import { whyGone } from "./why-gone.ts";

export interface PassthroughHandlerOptions {
  world: PassthroughWorld;
  /** For bodies that are read whole; what is handed through has no limit. */
  maxBodyBytes: number;
  /** Exchanges that have begun and not yet closed their record. */
  running: PassingMap<Promise<void>>;
  /** Aborts when what is still open is broken off, because the gateway ends. */
  cut: AbortSignal;
}

export type StraightPathRoute = Extract<Route, { kind: "passthrough" }>;

export function createPassthroughHandler(
  options: PassthroughHandlerOptions,
): (request: IncomingMessage, response: ServerResponse, route: StraightPathRoute, id: number) => void {
  const { world, maxBodyBytes } = options;
  const budget: BodyBudget = { heldBytes: 0, maxBytes: maxBodyBytes * 4 };

  return (request, response, { route, wire, query, project }, id) => {
    const requestId = requestIdOf(id);
    const gone = new LeaveSignal();
    response.once("close", () => {
      if (!response.writableFinished) gone.abort(whyGone(options.cut));
    });
    const inbound: PassthroughInbound = {
      id,
      requestId,
      arrivedUs: world.clock.monotonicUs(),
      wire,
      target: { surface: route.surface, pathModel: null, pathMethod: null, query },
      project: project ?? headerText(request, "x-tokligence-project"),
      address: addressOf(request),
      headers: request.headers,
      token: readCredential(request.headers, queryOf(request))?.token ?? null,
      readBody: () => readBody(new HttpArrival(request, response), maxBodyBytes, budget),
      signal: gone,
      reply: createReply(response, { requestId, stallMs: world.timeouts.clientStallMs }),
      method: request.method ?? "GET",
      path: pathOf(request),
      route,
      body: bodySourceOf(request),
    };
    const running = runPassthrough(inbound, world)
      .catch((error: unknown) => {
        world.log.error({ err: error, requestId }, "exchange broke off");
        response.destroy();
      })
      .finally(() => {
        options.running.delete(id);
        discardRest(request, maxBodyBytes);
      });
    options.running.set(id, running);
  };
}
