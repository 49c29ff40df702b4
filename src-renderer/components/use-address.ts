import { useSearch } from "./use-search.ts";

export interface Address {
  get: (key: string) => string | null;
  /** Null takes a key out; all others stay as they are. */
  set: (changes: Readonly<Record<string, string | null>>) => void;
}

/** What a page keeps in the address, so that what is seen can be sent to somebody and is there again after a reload. */
export function useAddress(): Address {
  const [search, putSearch] = useSearch();
  return {
    get: (key) => search.get(key),
    set(changes) {
      const params = new URLSearchParams(search);
      for (const [key, value] of Object.entries(changes)) {
        if (value === null || value === "") params.delete(key);
        else params.set(key, value);
      }
      putSearch(params);
    },
  };
}

/** One of the allowed values; null for any other. */
export const oneOf = <Value extends string>(values: readonly Value[], asked: string | null): Value | null =>
  values.find((value) => value === asked) ?? null;
