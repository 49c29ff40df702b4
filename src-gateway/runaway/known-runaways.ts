import type { Clock } from "../lib/clock.ts";
import type { Runaway, RunawayVerdict, Runner } from "./types.ts";

/** The agents that were found to run in circles, with what somebody has allowed them since. */
export interface KnownRunaways {
  readonly size: number;
  /** The most repetitions or rounds that any of them was forgiven. */
  readonly mostForgiven: number;
  /** Repetitions or rounds, of so many in all, that do not count. */
  forgiven(id: string, total: number): number;
  note(found: FoundRunaway): void;
  /** The latest first; without those that have done nothing since they were resumed. */
  list(): Runaway[];
  /** What it was; from here on nothing of that counts. Null when there is none by that id. */
  resume(id: string): { runaway: Runaway; kind: Runaway["kind"]; conversation: string } | null;
  forget(conversation: string): void;
}

export interface FoundRunaway extends Runner, Omit<RunawayVerdict, "waitMs"> {
  conversation: string;
  /** Repetitions or rounds, forgiven ones included. */
  total: number;
}

interface Known {
  runaway: Runaway;
  conversation: string;
  total: number;
  forgiven: number;
}

const MAX_REMEMBERED = 500;
const KEEP_US = 600_000_000;
/** Of those that wait for a person, or that a person has resumed. */
const KEEP_DECIDED_US = 86_400_000_000;

export function createKnownRunaways(clock: Pick<Clock, "nowUs">): KnownRunaways {
  const known = new Map<string, Known>();
  const prune = (): void => {
    const nowUs = clock.nowUs();
    for (const [id, { runaway, forgiven }] of known) {
      const keepUs = runaway.level === "pause" || forgiven > 0 ? KEEP_DECIDED_US : KEEP_US;
      if (nowUs - runaway.lastUs > keepUs) known.delete(id);
    }
    for (const id of known.keys()) {
      if (known.size <= MAX_REMEMBERED) break;
      known.delete(id);
    }
  };
  return {
    get size() {
      return known.size;
    },
    get mostForgiven() {
      let most = 0;
      for (const { runaway, forgiven } of known.values()) {
        if (runaway.kind !== "token-velocity") most = Math.max(most, forgiven);
      }
      return most;
    },
    forgiven(id, total) {
      const found = known.get(id);
      // Fewer than were forgiven: they belong to a circle that has been left since.
      if (found && total < found.forgiven) found.forgiven = 0;
      return found?.forgiven ?? 0;
    },
    note({ conversation, total, ...found }) {
      const before = known.get(found.id);
      const lastUs = clock.nowUs();
      const firstUs = before?.runaway.firstUs ?? lastUs;
      const runaway = { ...found, firstUs, lastUs, requests: (before?.runaway.requests ?? 0) + 1 };
      // Behind all others, which are forgotten first.
      known.delete(found.id);
      known.set(found.id, { runaway, conversation, total, forgiven: before?.forgiven ?? 0 });
      prune();
    },
    list() {
      prune();
      return [...known.values()]
        .map(({ runaway }) => runaway)
        .filter(({ count }) => count > 0)
        .toReversed();
    },
    resume(id) {
      const found = known.get(id);
      if (!found) return null;
      const { runaway, conversation } = found;
      found.forgiven = found.total;
      found.runaway = { ...runaway, count: 0, lastUs: clock.nowUs() };
      return { runaway, kind: runaway.kind, conversation };
    },
    forget(conversation) {
      for (const [id, each] of known) if (each.conversation === conversation) known.delete(id);
    },
  };
}
