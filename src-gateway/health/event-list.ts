import type { Clock } from "../lib/clock.ts";
import type { Health, SeenHealthEvent } from "./types.ts";

const REMEMBERED = 200;

/** The last events, oldest first. */
export function rememberEvents(health: Pick<Health, "onEvent">, clock: Clock): () => SeenHealthEvent[] {
  const seen: SeenHealthEvent[] = [];
  health.onEvent((event) => {
    seen.push({ ...event, atUs: clock.nowUs() });
    if (seen.length > REMEMBERED) seen.shift();
  });
  return () => [...seen];
}
