import { askModel } from "./ask-model.ts";
import { ended, type Round, withBody, withEvents } from "./round.ts";
import type { WireRequest } from "./spell-request.ts";
import type { WireEvent } from "./talk.ts";

/** So often at most is the page drawn anew while an answer comes. */
const DRAW_MS = 50;

/** Asks, and tells what becomes of the round. Never throws: what goes wrong is how the round ended. */
export async function runRound(
  request: WireRequest,
  { session, signal, change }: { session: string; signal: AbortSignal; change: (to: (round: Round) => Round) => void },
): Promise<void> {
  const startedMs = performance.now();
  const waiting: WireEvent[] = [];
  let timer: ReturnType<typeof setTimeout> | null = null;
  const draw = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const events = waiting.splice(0);
    if (events.length > 0) change((old) => withEvents(old, events));
  };
  const settle = (to: (round: Round, endedMs: number) => Round): void => {
    draw();
    const endedMs = performance.now() - startedMs;
    change((old) => to(old, endedMs));
  };
  try {
    await askModel(request, {
      session,
      signal,
      listener: {
        onHead: (head) => change((old) => ({ ...old, ...head })),
        onEvents(events) {
          waiting.push(...events);
          timer ??= setTimeout(draw, DRAW_MS);
        },
        onBody: (body) => change((old) => withBody(old, body)),
      },
    });
    settle(ended);
  } catch {
    settle((old, endedMs) => ({ ...old, endedMs, state: signal.aborted ? "stopped" : "failed" }));
  }
}
