/**
 * What clients of Chat forget: the wire has no place for a provider's thoughts and signatures, and some providers refuse
 * a running tool loop without them. They are kept here, by the ids of the calls that followed them, for some hours.
 * On a miss the request is still answered, without the thoughts.
 */
import type { IrAnswer } from "../ir/answer.ts";
import type { Opaque, Part, ThinkingPart } from "../ir/part.ts";
import type { WireProtocol } from "../ir/protocol.ts";
import type { IrRequest } from "../ir/request.ts";
import type { Clock } from "../lib/clock.ts";
import { wrapOpaque } from "../protocols/adapt/opaque.ts";
import type { RestoreContext } from "../protocols/adapt/restore.ts";
import { restoredCallId } from "../protocols/adapt/restore.ts";

const KEEP_US = 6 * 3_600 * 1_000_000;
/** Thoughts are long; the oldest make room. */
const MAX_CHARS = 32 * 1024 * 1024;

interface Memory {
  thoughts: ThinkingPart[];
  callState: Opaque | null;
  chars: number;
  at: number;
}

export interface ReplayMemory {
  remember(answer: IrAnswer, owner: string, context: RestoreContext): void;
  /** The same request, with what is known put back in front of its calls. */
  fill(request: IrRequest, owner: string): IrRequest;
}

/** Of answers to other clients nothing has to be remembered. */
export const isForgetful = (client: WireProtocol): boolean => client === "openai-chat";

export function createReplayMemory(clock: Pick<Clock, "monotonicUs">): ReplayMemory {
  const memories = new Map<string, Memory>();
  let chars = 0;

  const forget = (key: string): void => {
    chars -= memories.get(key)?.chars ?? 0;
    memories.delete(key);
  };
  const keep = (key: string, memory: Memory): void => {
    forget(key);
    memories.set(key, memory);
    chars += memory.chars;
    for (const [oldest, { at }] of memories) {
      if (chars <= MAX_CHARS && clock.monotonicUs() - at < KEEP_US) break;
      forget(oldest);
    }
  };

  return {
    remember(answer, owner, context) {
      if (!isForgetful(context.client)) return;
      const sign = (opaque: Opaque, isCall: boolean): Opaque => ({
        wire: "openai-chat",
        value: wrapOpaque({ opaque: { ...opaque, provider: context.provider }, model: context.model, isCall }),
      });
      const thoughts = answer.parts.flatMap((part): ThinkingPart[] =>
        part.kind === "thinking"
          ? [{ ...part, opaque: sign(part.opaque ?? { wire: context.providerWire, value: "" }, false) }]
          : [],
      );
      let place = 0;
      for (const part of answer.parts) {
        if (part.kind !== "call") continue;
        place++;
        if (thoughts.length === 0 && !part.opaque) continue;
        const callState = part.opaque ? sign(part.opaque, true) : null;
        const size = thoughts.reduce(
          (sum, thought) => sum + thought.text.length + (thought.opaque?.value.length ?? 0),
          0,
        );
        const id = restoredCallId(part.id, place, context);
        keep(`${owner} ${id}`, {
          thoughts,
          callState,
          chars: size + (callState?.value.length ?? 0),
          at: clock.monotonicUs(),
        });
      }
    },
    fill(request, owner) {
      if (request.source !== "openai-chat" || memories.size === 0) return request;
      const turns = request.turns.map((turn) => {
        if (turn.role !== "assistant" || !turn.parts.some((part) => part.kind === "call")) return turn;
        const known = turn.parts.flatMap((part) =>
          part.kind === "call" ? (memories.get(`${owner} ${part.id}`) ?? []) : [],
        );
        const hasThoughts = turn.parts.some((part) => part.kind === "thinking");
        const parts = turn.parts.flatMap((part): Part[] => {
          const state = part.kind === "call" ? memories.get(`${owner} ${part.id}`)?.callState : null;
          return state ? [{ kind: "thinking", text: "", redacted: true, opaque: state }, part] : [part];
        });
        return { ...turn, parts: hasThoughts ? parts : [...(known[0]?.thoughts ?? []), ...parts] };
      });
      return { ...request, turns };
    },
  };
}
