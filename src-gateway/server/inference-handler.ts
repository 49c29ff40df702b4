/** From an arrival to an exchange: whatever a request came by ends in this file. */
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { readCredential } from "../auth/read-credential.ts";
import { runExchange } from "../exchange/exchange.ts";
import { HeadFacts } from "../exchange/head-facts.ts";
import type { ExchangeWorld, Inbound } from "../exchange/types.ts";
import { GatewayError } from "../ir/errors.ts";
import { requestIdOf } from "../ir/exchange-record.ts";
import { flatText } from "../lib/flat-text.ts";
import { LeaveSignal } from "../lib/leaving.ts";
import type { PassingMap } from "../lib/passing-map.ts";
import type { Arrival } from "./arrival.ts";
import { type BodyBudget, readBody } from "./read-body.ts";
import type { Route } from "./routes.ts";
import { whyGone } from "./why-gone.ts";

export interface InferenceHandlerOptions {
  world: ExchangeWorld;
  maxBodyBytes: number;
  /** Exchanges that have begun and not yet closed their record. */
  running: PassingMap<Promise<void>>;
  /** Aborts when what is still open is broken off, because the gateway ends. */
  cut: AbortSignal;
}

export type InferenceRoute = Extract<Route, { kind: "inference" }>;

export function createInferenceHandler(
  options: InferenceHandlerOptions,
): (arrival: Arrival, route: InferenceRoute, id: number) => void {
  const { world, maxBodyBytes } = options;
  // A handful of the largest bodies, or very many ordinary ones.
  const budget: BodyBudget = { heldBytes: 0, maxBytes: maxBodyBytes * 8 };

  return (arrival, route, id) => {
    const arrivedUs = world.clock.monotonicUs();
    const requestId = requestIdOf(id);
    const gone = new LeaveSignal();
    arrival.onGone(() => gone.abort(whyGone(options.cut)));
    const reply = arrival.openReply({ requestId, stallMs: world.timeouts.clientStallMs });
    const head = arrival.head ?? readHeadFacts(arrival);
    const inbound: Inbound = {
      id,
      requestId,
      arrivedUs,
      wire: route.wire,
      target: route.target,
      project: route.project ?? headerText(arrival, "x-tokligence-project"),
      method: arrival.method,
      path: pathOf(arrival),
      address: arrival.address,
      headers: arrival.headers,
      head,
      token: head.token,
      readBody: () => {
        requireJson(head.contentType);
        return readBody(arrival, maxBodyBytes, budget);
      },
      signal: gone,
      reply,
    };
    const run = async (): Promise<void> => {
      try {
        await runExchange(inbound, world);
      } catch (error) {
        world.log.error({ err: error, requestId }, "exchange broke off");
        arrival.destroy();
      } finally {
        options.running.delete(id);
        arrival.discardRest(maxBodyBytes);
      }
    };
    options.running.set(id, run());
  };
}

export const readHeadFacts = (asked: Pick<Arrival, "headers" | "url">): HeadFacts =>
  new HeadFacts(asked.headers, flatOrNull(readCredential(asked.headers, queryOf(asked))?.token));

/** It is looked up with each request that begins with the same head. */
const flatOrNull = (text: string | undefined): string | null => (text === undefined ? null : flatText(text));

interface Asked {
  headers: IncomingHttpHeaders;
}

/** Browsers can send other content types across origins without asking, so only JSON is taken. */
function requireJson(type: string): void {
  if (type === "application/json" || (type.startsWith("application/") && type.endsWith("+json"))) return;
  throw new GatewayError(
    "unsupported_media_type",
    `The content type is ${type === "" ? "missing" : `"${type.slice(0, 80)}"`}. Send JSON with the header "content-type: application/json".`,
    { param: "content-type" },
  );
}

/**
 * A client that was answered before it had sent its whole body goes on sending; closing on it would destroy the answer
 * on its way. So the rest is read and dropped, up to a limit.
 */
export function discardRest(request: IncomingMessage, maxBytes: number): void {
  if (request.complete || request.destroyed) return;
  let left = maxBytes;
  request.on("data", (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) request.destroy();
  });
  request.on("error", () => {});
  request.resume();
}

/** Without the query, which may hold a key. */
export function pathOf({ url = "" }: Pick<IncomingMessage, "url">): string {
  const mark = url.indexOf("?");
  return mark < 0 ? url : url.slice(0, mark);
}

/** Nobody writes to it. */
const NO_QUERY = new URLSearchParams();

export function queryOf({ url = "" }: Pick<IncomingMessage, "url">): URLSearchParams {
  const mark = url.indexOf("?");
  return mark < 0 ? NO_QUERY : new URLSearchParams(url.slice(mark + 1));
}

export function headerText({ headers }: Asked, name: string): string | null {
  const value = headers[name];
  return typeof value === "string" && value !== "" ? value.slice(0, 100) : null;
}
