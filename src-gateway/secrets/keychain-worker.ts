/**
 * The entry of the thread that asks the keychain. Its calls block until the system has answered, which a keychain that waits
 * for its person, or a service that hangs, may never do: then it is this thread that stands still.
 */
import { parentPort } from "node:worker_threads";
import type { KeychainQuestion, KeychainReply } from "./keychain-thread.ts";

const SERVICE = "tokligence-gateway";
// Without this pin Linux falls back to the kernel's key ring, which is empty after every restart.
const OPTIONS = { linux: { store: "secret-service" } } as const;

async function answer({ act, name, value, untilMs }: KeychainQuestion): Promise<KeychainReply["result"]> {
  const { Entry, findCredentials } = await import("keytar");
  // Nobody waits for it any more; a value that its person was told is not kept must not be kept later.
  const isLate = (): boolean => Date.now() > untilMs;
  if (isLate()) return null;
  if (act === "look") return findCredentials(SERVICE).length > 0;
  const entry = new Entry(SERVICE, name, OPTIONS);
  if (act === "read") return entry.getPassword();
  if (isLate()) return null;
  if (act === "remove") return entry.deletePassword();
  entry.setPassword(value ?? "");
  return null;
}

parentPort?.on("message", (question: KeychainQuestion) => {
  const reply = (message: Omit<KeychainReply, "id">): void => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origin, unlike windows
    parentPort?.postMessage({ id: question.id, ...message });
  };
  answer(question).then(
    (result) => reply({ result, problem: null }),
    (error: unknown) => reply({ result: null, problem: error instanceof Error ? error.message : String(error) }),
  );
});
