/**
 * Which provider keeps an answer that was handed through. What was said before a restart is not known: then the provider
 * that speaks Responses is asked.
 */
import type { ProviderMemory } from "./types.ts";

const MAX_REMEMBERED = 20_000;

export function createProviderMemory(maxRemembered = MAX_REMEMBERED): ProviderMemory {
  const known = new Map<string, { provider: string; owner: string }>();
  return {
    note(id, owner, provider) {
      known.delete(id);
      known.set(id, { provider, owner });
      if (known.size <= maxRemembered) return;
      for (const oldest of known.keys()) {
        known.delete(oldest);
        break;
      }
    },
    find: (id) => known.get(id) ?? null,
  };
}
