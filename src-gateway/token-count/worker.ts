/**
 * The entry of the counting thread, one message at a time: texts come in and the number of their tokens goes out, or an
 * exchange comes in and both of its counts go out.
 */
import { parentPort } from "node:worker_threads";
import { countExchange } from "./own-count.ts";
import { countTexts } from "./tokenizer.ts";
import type { ExchangeToCount, OwnCount } from "./types.ts";

parentPort?.on("message", (asked: string[] | ExchangeToCount) => {
  const counted = Array.isArray(asked) ? countTexts(asked) : countOrNull(asked);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origin, unlike windows
  parentPort?.postMessage(counted);
});

/** One exchange that cannot be read must not cost those behind it the thread. */
function countOrNull(exchange: ExchangeToCount): OwnCount | null {
  try {
    return countExchange(exchange);
  } catch {
    return null;
  }
}
