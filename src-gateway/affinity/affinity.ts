/**
 * Which provider holds a conversation's cache, and what became of its prompt.
 *
 * Providers cache the beginning of a prompt for minutes up to an hour, per account and model. `affinity/` remembers where
 * each conversation was answered last so that its next turn can go there, and compares each prompt with the one before
 * it, so that the log can say why a cache was missed. Pure: clock and hash are arguments; it keeps hashes, no text.
 */
import { AgedMap } from "../lib/aged-map.ts";
import type { Clock } from "../lib/clock.ts";
import type { Affinity, Home } from "./types.ts";

export interface AffinityOptions {
  clock: Clock;
  /** How long a home is remembered after its last answer; an hour, the longest that providers keep a prompt. */
  lifetimeMs?: number;
  /** Beyond this many the one that was used longest ago is forgotten. */
  maxConversations?: number;
}

interface Entry {
  home: Home;
  untilUs: number;
}

export function createAffinity(options: AffinityOptions): Affinity {
  const { clock, lifetimeMs = 3_600_000, maxConversations = 20_000 } = options;
  /** In the order of their last answers, the oldest first. */
  const entries = new AgedMap<Entry>();
  /** Of the last answer: it is the same for most conversations, and need not be kept once for each. */
  let lastHome: Home = { provider: "", key: "", model: "" };

  return {
    // Asking alone does not refresh: only an answer does so with the provider's cache.
    homeOf(conversation) {
      const entry = entries.get(conversation);
      if (entry === undefined) return null;
      if (clock.monotonicUs() < entry.untilUs) return entry.home;
      entries.delete(conversation);
      return null;
    },
    settle(conversation, home) {
      if (!isSameHome(home, lastHome)) lastHome = home;
      entries.set(conversation, { home: lastHome, untilUs: clock.monotonicUs() + lifetimeMs * 1_000 });
      if (entries.size <= maxConversations) return;
      const oldest = entries.oldest();
      if (oldest) entries.delete(oldest[0]);
    },
  };
}

const isSameHome = (one: Home, other: Home): boolean =>
  one.provider === other.provider && one.key === other.key && one.model === other.model;
