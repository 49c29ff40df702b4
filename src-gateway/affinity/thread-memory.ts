/** The last turns of conversations that run in several threads, as many as a given weight allows. */
import { AgedMap } from "../lib/aged-map.ts";
import type { Clock } from "../lib/clock.ts";

export interface ThreadMemory<Turn> {
  /** In the order of their last turns, the latest last. */
  threads(conversation: string): Turn[];
  /** `now` takes the place of `before`, the turn of the same thread; null begins a new thread. */
  replace(conversation: string, before: Turn | null, now: Turn, weight: number): void;
}

export interface ThreadMemoryOptions {
  clock: Clock;
  lifetimeMs: number;
  maxWeight: number;
}

/** A session that asks more questions at once than this loses the oldest. */
const MAX_THREADS = 8;

interface Thread<Turn> {
  turn: Turn;
  weight: number;
  untilUs: number;
}

export function createThreadMemory<Turn>(options: ThreadMemoryOptions): ThreadMemory<Turn> {
  const { clock, lifetimeMs, maxWeight } = options;
  /** In the order of their last turns, the oldest first. */
  const conversations = new AgedMap<Thread<Turn>[]>();
  let weight = 0;

  const forget = (conversation: string, threads: readonly Thread<Turn>[]): void => {
    conversations.delete(conversation);
    for (const thread of threads) weight -= thread.weight;
  };

  return {
    threads(conversation) {
      const known = conversations.get(conversation);
      if (known === undefined) return [];
      const nowUs = clock.monotonicUs();
      return known.filter((thread) => nowUs < thread.untilUs).map((thread) => thread.turn);
    },
    replace(conversation, before, now, weightOfNow) {
      const nowUs = clock.monotonicUs();
      const kept = [{ turn: now, weight: weightOfNow, untilUs: nowUs + lifetimeMs * 1_000 }];
      const known = conversations.get(conversation);
      if (known !== undefined) {
        forget(conversation, known);
        const others = known.filter((thread) => nowUs < thread.untilUs && thread.turn !== before);
        kept.unshift(...others.slice(-(MAX_THREADS - 1)));
      }
      conversations.set(conversation, kept);
      for (const thread of kept) weight += thread.weight;
      for (let oldest = conversations.oldest(); oldest !== undefined; oldest = conversations.oldest()) {
        if (weight <= maxWeight) return;
        forget(...oldest);
      }
    },
  };
}
