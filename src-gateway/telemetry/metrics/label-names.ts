/** Values of a label that come from outside: so many different ones, and "other" from then on. */
export interface LabelNames {
  of(name: string | null): string;
  /** Different values that became "other", as far as they were noticed. */
  overflows(): number;
}

const NO_NAME = "none";
const OTHER_NAME = "other";
const MAX_LENGTH = 100;

/** @param clean takes out what must not be shown. */
export function createLabelNames(maxNames: number, clean: (text: string) => string): LabelNames {
  const known = new Map<string, string>();
  let overflows = 0;
  return {
    of(name) {
      if (name === null || name === "") return NO_NAME;
      const found = known.get(name);
      if (found !== undefined) return found;
      if (known.size >= maxNames) {
        overflows++;
        return OTHER_NAME;
      }
      const shown = clean(name).slice(0, MAX_LENGTH);
      known.set(name, shown);
      return shown;
    },
    overflows: () => overflows,
  };
}
