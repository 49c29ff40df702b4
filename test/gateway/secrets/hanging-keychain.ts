/** A thread in the place of the one that asks the keychain: each question blocks it until a file by its name is there. */
import { existsSync } from "node:fs";
import { parentPort } from "node:worker_threads";
import type { KeychainQuestion } from "../../../src-gateway/secrets/keychain-thread.ts";

const bell = new Int32Array(new SharedArrayBuffer(4));

parentPort?.on("message", ({ id, name, untilMs }: KeychainQuestion) => {
  if (name === "die") process.exit(1);
  while (!existsSync(name)) Atomics.wait(bell, 0, 0, 5);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origin, unlike windows
  parentPort?.postMessage({ id, result: Date.now() > untilMs ? "late" : "in time", problem: null });
});
