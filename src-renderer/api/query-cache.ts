/** What was read last, by key, so that a page that is opened again shows something at once while it reads anew. */
export interface QueryCache {
  read: (key: string) => unknown;
  write: (key: string, value: unknown) => void;
  clear: () => void;
}

/** Enough for every page; filters make keys, so it must not grow without end. */
const MAX_ENTRIES = 50;

export function createQueryCache(): QueryCache {
  const entries = new Map<string, unknown>();
  return {
    read: (key) => entries.get(key),
    write(key, value) {
      entries.delete(key);
      entries.set(key, value);
      const oldest = entries.keys().next();
      if (entries.size > MAX_ENTRIES && !oldest.done) entries.delete(oldest.value);
    },
    clear: () => entries.clear(),
  };
}
