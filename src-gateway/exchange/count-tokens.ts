/**
 * Token counters: asked of the provider where it has one, in its own words if need be, and estimated here where not.
 * Agents ask in bursts before every turn, so these calls leave no record and count against no limit.
 */
import { GatewayError, toGatewayError } from "../ir/errors.ts";
import type { Surface } from "../ir/protocol.ts";
import { adaptRequest } from "../protocols/adapt/adapt.ts";
import { asCount, parseObject } from "../protocols/loose-json.ts";
import { speechFor } from "../protocols/provider-speech.ts";
import type { ProviderTarget } from "./attempt.ts";
import { dispatchWhole } from "./dispatch-whole.ts";
import { encodeTargetOf } from "./encode-target.ts";
import { headersToProvider } from "./forwarded-headers.ts";
import { createRelay } from "./relay.ts";
import type { ExchangeState } from "./state.ts";
import type { UnsignedRequest } from "./types.ts";

export const isCount = (surface: Surface): boolean =>
  surface === "messages-count-tokens" || surface === "gemini-count-tokens";

/** The surface that is routed for a counter: the one whose request is counted. */
export const countedSurface = (surface: Surface): Surface =>
  surface === "messages-count-tokens" ? "messages" : surface === "gemini-count-tokens" ? "gemini" : surface;

/** A provider that once had no counter is asked again after this long. */
const ASK_AGAIN_US = 3_600 * 1_000_000;

export async function countAtTarget(state: ExchangeState, target: ProviderTarget): Promise<void> {
  const { inbound, world } = state;
  const silentUntil = world.withoutCounter.get(target.provider) ?? 0;
  if (world.clock.monotonicUs() >= silentUntil) {
    const counted = await askProvider(state, target);
    if (inbound.signal.aborted) return;
    if (counted) return send(state, counted, false);
    world.withoutCounter.set(target.provider, world.clock.monotonicUs() + ASK_AGAIN_US);
  }
  const estimate = await world.countTokens({ ...state.decode(), model: target.model }, inbound.signal);
  send(state, encodeCount(estimate, inbound.target.surface), true);
}

/** Null when the provider cannot or will not say; that is no failure of the request. */
async function askProvider(state: ExchangeState, target: ProviderTarget): Promise<Buffer | null> {
  const { inbound, world } = state;
  try {
    if (target.wire === inbound.wire && !state.mustTranslate(target)) {
      const request = await world.authorize(target, createRelay(state, target).request);
      const reply = await askOutside(state, request);
      return reply.status === 200 && tokensIn(reply.body) !== null ? reply.body : null;
    }
    const question = questionFor(state, target);
    if (question === null) return null;
    const headers = {
      ...headersToProvider(
        { wire: target.wire, kind: target.instance.kind },
        { wire: inbound.wire, model: state.head.model, headers: inbound.headers },
      ),
      ...speechFor({ wire: target.wire, compat: target.instance.compat }).headers,
      ...target.instance.headers,
      "content-type": "application/json",
      accept: "application/json",
    };
    const base = target.instance.protocols[target.wire] ?? "";
    const body = [Buffer.from(JSON.stringify(question.body))];
    const request = await world.authorize(target, { url: base + question.path, headers, body });
    const reply = await askOutside(state, request);
    const tokens = reply.status === 200 ? tokensIn(reply.body) : null;
    return tokens === null ? null : encodeCount(tokens, inbound.target.surface);
  } catch (thrown) {
    const error = toGatewayError(thrown);
    if (error.code === "internal_error")
      world.log.error({ err: thrown, requestId: inbound.requestId }, "counting failed");
    return null;
  }
}

async function askOutside(
  { world, inbound, keeper }: ExchangeState,
  request: UnsignedRequest,
): ReturnType<typeof dispatchWhole> {
  keeper.outside.leave();
  try {
    return await dispatchWhole(world, request, inbound.signal);
  } finally {
    keeper.outside.heard();
  }
}

function questionFor(state: ExchangeState, target: ProviderTarget): { path: string; body: unknown } | null {
  const place = encodeTargetOf(state, target);
  const { codec, counter } = speechFor(place);
  if (!counter) return null;
  const { request } = adaptRequest({ ...state.decode(), stream: false }, place);
  return counter(target.model, codec.encodeRequest(request, place));
}

function tokensIn(body: Buffer): number | null {
  const json = parseObject(body);
  const said = json?.["input_tokens"] ?? json?.["totalTokens"];
  return typeof said === "number" ? asCount(said) : null;
}

function encodeCount(tokens: number, surface: Surface): Buffer {
  return Buffer.from(
    JSON.stringify(surface === "gemini-count-tokens" ? { totalTokens: tokens } : { input_tokens: tokens }),
  );
}

function send(state: ExchangeState, body: Buffer, estimated: boolean): void {
  const { reply, signal } = state.inbound;
  if (signal.aborted) throw new GatewayError("request_timeout", "The client left before it was answered.");
  reply.start(200, {
    "content-type": "application/json; charset=utf-8",
    "content-length": String(body.length),
    ...(estimated ? { "x-tokligence-estimated": "true" } : {}),
  });
  reply.end(body);
}
