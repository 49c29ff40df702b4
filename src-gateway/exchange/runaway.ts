/** An agent that runs in circles is told so in a header, has to wait, or is refused, as the operator wants it. */
import { GatewayError } from "../ir/errors.ts";
import type { RunawayQuestion, RunawayVerdict } from "../runaway/types.ts";
import { findingOf, headerOf, pauseSentence, recordText } from "../runaway/words.ts";
import type { ExchangeState } from "./state.ts";

const RUNAWAY_HEADER = "x-tokligence-runaway";

const CONVERSING: ReadonlySet<string> = new Set(["chat", "responses", "messages", "gemini"]);

type Asked = Pick<ExchangeState, "inbound" | "world" | "keeper" | "head" | "body">;

const NOTHING_TO_SETTLE = (): void => {};

/**
 * Resolves when the request may go on; nearly always that is at once.
 * @returns what has to be called when the usage is known.
 * @throws GatewayError runaway_paused; request_timeout when the client leaves while it waits.
 */
export function heedRunaway(asked: Asked): (() => void) | Promise<() => void> {
  const { inbound, world, keeper } = asked;
  if (!CONVERSING.has(inbound.target.surface)) return NOTHING_TO_SETTLE;
  const question = questionOf(asked);
  const settle = (): void => {
    const { inputUncached, cacheRead, cacheWrite5m, cacheWrite1h, output } = keeper.record.usage;
    world.runaways.settle(question, inputUncached + cacheRead + cacheWrite5m + cacheWrite1h + output);
  };
  const verdict = world.runaways.check(question);
  return verdict === null ? settle : heed(asked, verdict).then(() => settle);
}

async function heed({ inbound, world, keeper }: Asked, verdict: RunawayVerdict): Promise<void> {
  const { level, kind, count, id, waitMs } = verdict;
  keeper.record.runaway = recordText(verdict);
  const { extraHeaders } = inbound.reply;
  if (extraHeaders && inbound.reply.status === null) extraHeaders[RUNAWAY_HEADER] = headerOf(verdict);
  const { agent, session } = keeper.record;
  world.log.warn(
    { kind: "runaway", requestId: inbound.requestId, level, finding: kind, count, id, agent, session },
    findingOf(verdict),
  );
  if (level === "pause") throw new GatewayError("runaway_paused", pauseSentence(verdict));
  if (level === "throttle") await world.wait(waitMs, inbound.signal);
  if (inbound.signal.aborted) throw new GatewayError("request_timeout", "The client left while it was made to wait.");
}

function questionOf({ inbound, world, keeper: { record }, head, body }: Asked): RunawayQuestion {
  const { userId, apiKeyId, agent, session, project } = record;
  let conversation: string | null | undefined;
  return {
    wire: inbound.wire,
    body,
    runner: { userId, agent, session, project, model: head.model },
    conversation() {
      if (conversation === undefined) {
        const owner = String(apiKeyId ?? userId ?? 0);
        const asked = { wire: inbound.wire, session, body, model: head.model, owner };
        conversation = world.conversationOf({ ...asked, isLasting: true });
      }
      return conversation;
    },
  };
}
