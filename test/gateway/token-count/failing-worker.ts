/** The real tokenizer in a thread that ends, fails or hangs when it is told to, and can say which thread it is. */
import { parentPort, threadId } from "node:worker_threads";
import { countTexts } from "../../../src-gateway/token-count/tokenizer.ts";

const ACTS: Record<string, () => number> = {
  "please end": () => process.exit(3),
  "please fail": () => {
    throw new Error("as told");
  },
  "please fill the memory": () => {
    const hoard: number[][] = [];
    for (;;) hoard.push(Array.from({ length: 1_000_000 }, (_, index) => index));
  },
  "please hang": () => {
    for (;;);
  },
  "who are you": () => 1_000 * threadId,
};

parentPort?.on("message", (texts: string[]) => {
  const tokens = ACTS[texts[0] ?? ""]?.() ?? countTexts(texts);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origin, unlike windows
  parentPort?.postMessage(tokens);
});
