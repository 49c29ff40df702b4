import type { Store } from "./open-store.ts";

/**
 * Looks into the database only when something was changed since the last look that succeeded. Where the database does not
 * tell that for nothing, it looks each time.
 */
export function onlyAfterChanges(store: Pick<Store, "changeMark">, look: () => Promise<void>): () => Promise<void> {
  let seen: string | undefined;
  return async () => {
    // Asked before: what is changed during the look is seen by the next one.
    const mark = store.changeMark?.();
    if (mark !== undefined && mark === seen) return;
    await look();
    seen = mark;
  };
}
