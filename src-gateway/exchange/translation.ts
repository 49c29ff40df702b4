/** Different wires: the request is decoded, fitted to its target and spelled anew, and the answer comes back the same way. */
import { answerEvents, createCollector, type IrAnswer, type IrEvent } from "../ir/answer.ts";
import { GatewayError } from "../ir/errors.ts";
import type { Loss } from "../ir/losses.ts";
import { lossesHeader } from "../ir/losses.ts";
import type { WireProtocol } from "../ir/protocol.ts";
import type { IrRequest } from "../ir/request.ts";
import { jsonBytes } from "../lib/json-bytes.ts";
import { adaptRequest } from "../protocols/adapt/adapt.ts";
import { createRestorer, type RestoreContext, restoreAnswer } from "../protocols/adapt/restore.ts";
import { tierFrom } from "../protocols/extra-usage.ts";
import { PROVIDER_SPEECH, speechFor } from "../protocols/provider-speech.ts";
import { noFacts } from "../protocols/stream-facts.ts";
import type { AnswerFacts, EncodeContext } from "../protocols/types.ts";
import { WIRES } from "../protocols/wires.ts";
import type { ProviderTarget } from "./attempt.ts";
import { encodeTargetOf } from "./encode-target.ts";
import { headersToClient, headersToProvider } from "./forwarded-headers.ts";
import type { FrameReader } from "./frame-reader.ts";
import type { Lane } from "./lane.ts";
import { isForgetful } from "./replay-memory.ts";
import { keepingCodec, writeAnswer } from "./response-history.ts";
import type { ExchangeState } from "./state.ts";
import { createTranslatedFrames } from "./translated-frames.ts";
import type { Headers } from "./types.ts";
import { THOUGHTS_LEFT_OUT } from "./without-thoughts.ts";

/** @throws GatewayError invalid_request, unsupported_operation: this request cannot be said in the target's words. */
export function createTranslation(state: ExchangeState, target: ProviderTarget): Lane {
  const { inbound, world } = state;
  const asked = state.decode();
  const speech = speechFor({ wire: target.wire, compat: target.instance.compat });
  const place = encodeTargetOf(state, target);
  const adapted = adaptRequest(world.replay.fill(asked, state.ownerKey), place);
  const losses = state.leavesThoughtsOut ? [...adapted.losses, THOUGHTS_LEFT_OUT] : adapted.losses;
  if (state.isStrict(target)) requireNoLoss(losses);
  const body = speech.codec.encodeRequest(adapted.request, place);
  const base = target.instance.protocols[target.wire] ?? "";
  const restore: RestoreContext = {
    client: inbound.wire,
    provider: target.provider,
    providerWire: target.wire,
    model: target.model,
    exchangeId: inbound.id,
    adapted,
  };
  const context = encodeContext(state, asked);
  const remember = isForgetful(inbound.wire)
    ? (answer: IrAnswer): void => world.replay.remember(answer, state.ownerKey, restore)
    : null;
  return {
    request: {
      url: base + speech.path(target.model, asked.stream),
      headers: {
        ...headersToProvider(
          { wire: target.wire, kind: target.instance.kind },
          { wire: inbound.wire, model: state.head.model, headers: inbound.headers },
        ),
        ...speech.headers,
        ...target.instance.headers,
        "content-type": "application/json",
        accept: asked.stream ? speech.streamType : "application/json",
        "accept-encoding": "identity",
      },
      body: [jsonBytes(body)],
    },
    losses,
    relaysErrors: false,
    isStream: (headers, first) => speech.isStream(String(headers["content-type"] ?? ""), first),
    openFrames: () => openFrames(state, { context, target, restore, remember }),
    readWhole(bytes) {
      const answer = decodeWhole(bytes, target, inbound.wire);
      if (answer instanceof GatewayError) return { facts: { ...noFacts(), error: answer }, body: bytes };
      const restored = restoreAnswer(answer, restore);
      remember?.(answer);
      return { facts: factsOf(answer), body: writeAnswer(restored, context, state, target) };
    },
    streamWhole(bytes) {
      const answer = decodeWhole(bytes, target, inbound.wire);
      if (answer instanceof GatewayError) return { facts: { ...noFacts(), error: answer }, frames: bytes };
      const encoder = keepingCodec(WIRES[inbound.wire], state, target).createStreamEncoder(context);
      const frames = [...answerEvents(restoreAnswer(answer, restore))].map((event) => encoder.push(event));
      remember?.(answer);
      return { facts: factsOf(answer), frames: Buffer.concat(frames) };
    },
    headersToClient: (headers) => translatedHeaders(headers, losses),
    decodeError: (status, headers, bytes) => speech.decodeError(status, headers, bytes),
  };
}

function requireNoLoss(losses: readonly Loss[]): void {
  const lost = losses.filter((loss) => loss.verdict !== "emulated");
  if (lost.length === 0) return;
  throw new GatewayError(
    "translation_refused",
    `This request is strict, and the provider chosen for it cannot be given: ${lost.map((loss) => loss.field).join(", ")}. Leave them out, send it without strict mode, or route the model to a provider of the client's own protocol.`,
    { param: lost[0]?.field ?? "model" },
  );
}

function encodeContext(state: ExchangeState, request: IrRequest): EncodeContext {
  const { inbound, world, head, stream } = state;
  return {
    surface: inbound.target.surface,
    exchangeId: inbound.id,
    createdAt: Math.floor(world.clock.nowUs() / 1_000_000),
    model: head.model,
    wantsUsage: head.wantsUsage,
    framing: stream?.framing ?? "sse",
    request,
  };
}

function openFrames(
  state: ExchangeState,
  input: {
    context: EncodeContext;
    target: ProviderTarget;
    restore: RestoreContext;
    remember: ((answer: IrAnswer) => void) | null;
  },
): FrameReader {
  const speech = PROVIDER_SPEECH[input.target.wire];
  return createTranslatedFrames({
    splitter: speech.createSplitter(),
    decoder: speech.codec.createStreamDecoder(),
    restorer: createRestorer(input.restore),
    encoder: keepingCodec(WIRES[state.inbound.wire], state, input.target).createStreamEncoder(input.context),
    listen: input.remember && collecting(input.remember),
  });
}

/** Hears the events of a stream, and is told the answer that they amount to. */
function collecting(remember: (answer: IrAnswer) => void): (event: IrEvent) => void {
  const collector = createCollector();
  return (event) => {
    if (event.type === "error") return;
    collector.push(event);
    if (event.type === "end") remember(collector.answer());
  };
}

function decodeWhole(bytes: Buffer, target: ProviderTarget, client: WireProtocol): IrAnswer | GatewayError {
  const { answerJson, codec } = PROVIDER_SPEECH[target.wire];
  try {
    const json = answerJson(bytes);
    if (json) return codec.decodeAnswer(json, client !== target.wire);
  } catch (thrown) {
    if (thrown instanceof GatewayError) return thrown;
  }
  return new GatewayError(
    "provider_error",
    `The provider "${target.provider}" answered with something that is not JSON.`,
  );
}

const factsOf = (answer: IrAnswer): AnswerFacts => ({
  modelServed: answer.model,
  usage: answer.usage,
  finishReason: answer.finish.raw,
  error: null,
  serviceTier: tierFrom(answer.serviceTier),
  counts: answer.counts ?? null,
});

function translatedHeaders(headers: Headers, losses: readonly Loss[]): Record<string, string> {
  const { "content-type": _, ...passed } = headersToClient(headers);
  passed["content-type"] = "application/json; charset=utf-8";
  if (losses.length > 0) passed["x-tokligence-losses"] = lossesHeader(losses);
  return passed;
}
