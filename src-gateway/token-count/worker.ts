/** The entry of the counting thread: texts come in, the number of their tokens goes out, one message at a time. */
import { parentPort } from "node:worker_threads";
import { countTexts } from "./tokenizer.ts";

parentPort?.on("message", (texts: string[]) => {
  const tokens = countTexts(texts);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origin, unlike windows
  parentPort?.postMessage(tokens);
});
