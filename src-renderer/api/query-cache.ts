/**
 * What was read last, by key, so that a page that is opened again shows something at once while it reads anew, and so that
 * all who show the same thing show the same of it.
 */
export interface QueryCache {
  read: (key: string) => unknown;
  /** Also what is expected to be so before the gateway has said it. */
  write: (key: string, value: unknown) => void;
  /** Told what is written under the key; the answer ends that. */
  subscribe: (key: string, listener: (value: unknown) => void) => () => void;
  clear: () => void;
}

/** Enough for every page; filters make keys, so it must not grow without end. */
const MAX_ENTRIES = 50;

export function createQueryCache(): QueryCache {
  const entries = new Map<string, unknown>();
  const listeners = new Map<string, Set<(value: unknown) => void>>();
  return {
    read: (key) => entries.get(key),
    write(key, value) {
      entries.delete(key);
      entries.set(key, value);
      const oldest = entries.keys().next();
      if (entries.size > MAX_ENTRIES && !oldest.done) entries.delete(oldest.value);
      for (const listener of listeners.get(key) ?? []) listener(value);
    },
    subscribe(key, listener) {
      const own = listeners.get(key) ?? new Set();
      listeners.set(key, own.add(listener));
      return () => {
        own.delete(listener);
        if (own.size === 0 && listeners.get(key) === own) listeners.delete(key);
      };
    },
    clear: () => entries.clear(),
  };
}
