import { createEvent } from "./create-event.ts";
import type { Events, GatewayEvent } from "./types.ts";

/** While nobody watches, telling costs a look at an empty list. */
export function createEvents(): Events {
  const watchers = new Set<(event: GatewayEvent) => void>();
  const emit = (event: GatewayEvent): void => {
    for (const watcher of watchers) {
      try {
        watcher(event);
      } catch {
        // Whoever tells must not suffer from who listens; the outbox has a log of its own.
      }
    }
  };
  return {
    emit,
    tell(type, metadata, about) {
      if (watchers.size > 0) emit(createEvent(type, metadata, about));
    },
    watch(watcher) {
      watchers.add(watcher);
      return () => void watchers.delete(watcher);
    },
  };
}
