/** An exchange with the built-in loopback model: no network, no cost, the same path and the same record as any other. */
import { GatewayError } from "../ir/errors.ts";
import { NO_USAGE, type Usage } from "../ir/usage.ts";
import { answerLoopback, loopbackEvents } from "../loopback/answer.ts";
import { countTokens, encodeCount } from "../loopback/count-tokens.ts";
import { encodeEmbeddings } from "../loopback/embeddings.ts";
import type { EncodeContext } from "../protocols/types.ts";
import { WIRES } from "../protocols/wires.ts";
import type { PlanTarget } from "../routing/types.ts";
import { keepingCodec } from "./response-history.ts";
import type { ExchangeState } from "./state.ts";

export async function answerFromLoopback(state: ExchangeState, target: PlanTarget): Promise<void> {
  const { inbound, keeper, world, stream } = state;
  const startedUs = keeper.elapsedUs();
  keeper.record.queueUs ??= startedUs;
  const { surface } = inbound.target;
  const context: EncodeContext = {
    surface,
    exchangeId: inbound.id,
    createdAt: Math.floor(world.clock.nowUs() / 1_000_000),
    model: state.head.model,
    wantsUsage: state.head.wantsUsage,
    framing: stream?.framing ?? "sse",
  };
  const wire = keepingCodec(WIRES[inbound.wire], state, target);
  keeper.record.firstByteUs = keeper.elapsedUs();
  if (surface === "embeddings" || surface === "gemini-embeddings") {
    const { body, usage } = encodeEmbeddings(
      JSON.parse(state.body.bytes.toString()),
      context,
      inbound.target.pathMethod,
    );
    finish(state, target, { usage, finishReason: null, startedUs });
    return sendWhole(state, body);
  }
  const request = state.decode();
  if (surface === "messages-count-tokens" || surface === "gemini-count-tokens") {
    finish(state, target, { usage: { ...NO_USAGE }, finishReason: null, startedUs });
    return sendWhole(state, encodeCount(countTokens(request), surface));
  }
  const answer = answerLoopback(request);
  context.request = request;
  if (stream === null) {
    finish(state, target, { usage: answer.usage, finishReason: answer.finish.raw, startedUs });
    return sendWhole(state, Buffer.from(JSON.stringify(wire.encodeAnswer(answer, context))));
  }
  const encoder = wire.createStreamEncoder(context);
  for (const event of loopbackEvents(answer)) {
    if (event.type === "delta") keeper.record.firstTokenUs ??= keeper.elapsedUs();
    if (inbound.signal.aborted || !(await sendFrame(state, encoder.push(event)))) {
      keeper.settle("client_aborted", new GatewayError("request_timeout", "The client left before it was answered."));
      return;
    }
  }
  finish(state, target, { usage: answer.usage, finishReason: answer.finish.raw, startedUs });
  stream.stop();
  inbound.reply.end();
}

function finish(
  state: ExchangeState,
  target: PlanTarget,
  facts: { usage: Usage; finishReason: string | null; startedUs: number },
): void {
  const { keeper } = state;
  keeper.learn({ modelServed: target.model, usage: facts.usage, finishReason: facts.finishReason, error: null });
  keeper.record.attempts.push({
    provider: target.provider,
    model: target.model,
    status: 200,
    errorCode: null,
    reason: target.reason,
    startedUs: facts.startedUs,
    firstByteUs: keeper.record.firstByteUs,
    endedUs: keeper.elapsedUs(),
  });
  keeper.settle("completed");
}

function sendWhole(state: ExchangeState, body: Buffer): void {
  const headers = { "content-type": "application/json; charset=utf-8", "content-length": String(body.length) };
  state.stream?.stop();
  state.inbound.reply.start(200, headers);
  state.inbound.reply.end(body);
}

/** False when the client left while it was behind. */
function sendFrame(state: ExchangeState, frame: Buffer): Promise<boolean> | true {
  const { inbound, stream } = state;
  if (frame.length === 0 || stream?.write(frame, () => ({}))) return true;
  return new Promise((resolve) => {
    const onGone = (): void => resolve(false);
    inbound.signal.addEventListener("abort", onGone, { once: true });
    inbound.reply.onDrain = () => {
      inbound.signal.removeEventListener("abort", onGone);
      resolve(true);
    };
  });
}
