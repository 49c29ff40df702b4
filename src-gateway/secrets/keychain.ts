/**
 * The keychain of the operating system, asked in a thread of its own and with a time limit: a locked one may wait for a person
 * who is not there, and one whose service hangs answers never.
 */
import { createInTurn, type Outcome, refused, silent } from "./in-turn.ts";
import { type Ask, createKeychainThread, type KeychainReply } from "./keychain-thread.ts";

const READ_PATIENCE_MS = 3_000;
/** Somebody is there who may have to type a password; still it must end. */
const SAVE_PATIENCE_MS = 5_000;
/** How often one that did not answer is looked at again, while somebody wants to know how it is. */
const LOOK_EVERY_MS = 15_000;
const PROBE = "probe of the gateway";

export interface KeychainState {
  state: "open" | "locked" | "missing";
  /** A sentence's end such as "the keychain did not answer"; null while it is open. */
  problem: string | null;
}

const inTurn = createInTurn();
const thread = createKeychainThread({
  onLateAnswer: (problem) => tell(problem === null ? null : refused(problem)),
});
const listeners = new Set<() => void>();
let last: KeychainState = { state: "open", problem: null };
let lookedMs = Number.NEGATIVE_INFINITY;

/**
 * What the last attempt to read told. Open before anything was read. While it is not, a look follows now and then, where that
 * asks no person anything: on Linux.
 */
export function keychainState(): KeychainState {
  if (last.state !== "open" && process.platform === "linux" && performance.now() - lookedMs > LOOK_EVERY_MS) {
    lookedMs = performance.now();
    void ask({ act: "look", name: "" }, READ_PATIENCE_MS).then(({ problem }) => tell(problem));
  }
  return last;
}

/** Told each time it answers again after it did not. @returns what ends that. */
export function onKeychainAgain(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

export type KeychainAnswer = { value: string; problem: null } | { value: null; problem: string };

export async function readKeychain(name: string): Promise<KeychainAnswer> {
  const found = await ask({ act: "read", name }, READ_PATIENCE_MS);
  tell(found.problem);
  if (found.problem !== null) return { value: null, problem: `cannot be read, because ${found.problem}` };
  return typeof found.value === "string" && found.value !== ""
    ? { value: found.value, problem: null }
    : { value: null, problem: "is not in the keychain (service tokligence-gateway)" };
}

/** Why it could not be kept; null when it was. */
export const writeKeychain = async (name: string, value: string): Promise<string | null> =>
  (await ask({ act: "write", name, value }, SAVE_PATIENCE_MS)).problem;

/** False when there was none, or no keychain answers. */
export const removeFromKeychain = async (name: string): Promise<boolean> =>
  (await ask({ act: "remove", name }, SAVE_PATIENCE_MS)).value === true;

/** Why nothing can be kept here; null when it can. A keychain without a collection only fails when it is written to. */
export async function keychainProblem(): Promise<string | null> {
  const written = await writeKeychain(PROBE, "works");
  if (written !== null) return written;
  const { value } = await readKeychain(PROBE);
  await removeFromKeychain(PROBE);
  return value === "works" ? null : "it does not give back what it was given";
}

/** While a question that was given up is not answered, the next ones are not kept waiting as that one was. */
const ask = async (question: Ask, patienceMs: number): Promise<Outcome<KeychainReply["result"]>> =>
  thread.isSilent() ? silent(patienceMs) : inTurn((signal) => thread.ask(question, patienceMs, signal), patienceMs);

/** A keychain that waits for its person is locked, whether it says so or nothing at all. */
function tell(problem: string | null): void {
  const before = last.state;
  const state = problem === null ? "open" : /\b(?:un|is)?locked?\b|prompt/i.test(problem) ? "locked" : "missing";
  last = { state, problem };
  if (before !== "open" && state === "open") for (const listener of listeners) listener();
}
