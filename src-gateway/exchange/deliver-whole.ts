/** A provider's answer that came in one piece, on its way to the caller. */
import { GatewayError } from "../ir/errors.ts";
import type { AttemptFailure } from "./failures.ts";
import type { Lane } from "./lane.ts";
import type { ExchangeState } from "./state.ts";
import type { StreamReply } from "./stream-reply.ts";
import type { Headers } from "./types.ts";
import { unreadable } from "./unreadable.ts";

export interface WholeAnswer {
  lane: Lane;
  provider: string;
  status: number;
  headers: Headers;
  body: Buffer;
}

/** @returns null when the caller has been given its answer. */
export function deliverWhole(state: ExchangeState, answer: WholeAnswer): AttemptFailure | null {
  const { inbound, keeper, stream } = state;
  if (stream !== null) {
    const frames = deliverAsStream(state, answer, stream);
    if (frames !== "not-possible") return frames;
  }
  const { facts, body } = answer.lane.readWhole(answer.body);
  // Also of an answer that is thrown away: what it says to have used is billed.
  keeper.learn(facts);
  const broken = unreadable(answer.provider, facts, answer.body);
  if (broken) return broken;
  if (facts.error) return { error: facts.error, accepted: false, relay: null };
  stream?.stop();
  if (inbound.reply.status !== null) {
    // A keep-alive has already promised a stream, and this is none.
    const message = `The provider "${answer.provider}" answered a request for a stream without one.`;
    return { error: new GatewayError("provider_error", message), accepted: true, relay: null };
  } else {
    const headers = answer.lane.headersToClient(answer.headers);
    headers["content-length"] = String(body.length);
    inbound.reply.start(answer.status, headers);
    inbound.reply.end(body);
    keeper.settle("completed");
  }
  return null;
}

/** The provider was asked for a stream and answered in one piece, which a translation can still make one of. */
function deliverAsStream(
  { inbound, keeper }: ExchangeState,
  answer: WholeAnswer,
  stream: StreamReply,
): AttemptFailure | null | "not-possible" {
  const whole = answer.lane.streamWhole(answer.body);
  if (whole === null) return "not-possible";
  keeper.learn(whole.facts);
  const broken = unreadable(answer.provider, whole.facts, answer.body);
  if (broken) return broken;
  if (whole.facts.error) return { error: whole.facts.error, accepted: false, relay: null };
  keeper.record.firstTokenUs ??= keeper.elapsedUs();
  stream.write(whole.frames, () => answer.lane.headersToClient(answer.headers));
  stream.stop();
  inbound.reply.end();
  keeper.settle("completed");
  return null;
}
