/** The keychain of the operating system, asked with a time limit: a locked one may wait for a person who is not there. */
import type { AsyncEntry } from "keytar";
import { createInTurn } from "./in-turn.ts";

const SERVICE = "tokligence-gateway";
const READ_PATIENCE_MS = 3_000;
/** Somebody is there who may have to type a password; still it must end. */
const SAVE_PATIENCE_MS = 5_000;
// Without this pin Linux falls back to the kernel's key ring, which is empty after every restart.
const OPTIONS = { linux: { store: "secret-service" } } as const;
const PROBE = "probe of the gateway";

const inTurn = createInTurn();

export interface KeychainState {
  state: "open" | "locked" | "missing";
  /** A sentence's end such as "the keychain did not answer"; null while it is open. */
  problem: string | null;
}

let last: KeychainState = { state: "open", problem: null };

/** What the last attempt to read told; nothing is asked. Open before anything was read. */
export const keychainState = (): KeychainState => last;

export type KeychainAnswer = { value: string; problem: null } | { value: null; problem: string };

export async function readKeychain(name: string): Promise<KeychainAnswer> {
  const found = await inTurn((signal) => withEntry(name, (entry) => entry.getPassword(signal)), READ_PATIENCE_MS);
  last = stateAfter(found.problem);
  if (found.problem !== null) return { value: null, problem: `cannot be read, because ${found.problem}` };
  return found.value
    ? { value: found.value, problem: null }
    : { value: null, problem: `is not in the keychain (service ${SERVICE})` };
}

/** A keychain that waits for its person is locked, whether it says so or nothing at all. */
const stateAfter = (problem: string | null): KeychainState => ({
  state: problem === null ? "open" : /\b(?:un)?locked?\b|prompt/i.test(problem) ? "locked" : "missing",
  problem,
});

/** Why it could not be kept; null when it was. */
export async function writeKeychain(name: string, value: string): Promise<string | null> {
  return (await inTurn((signal) => withEntry(name, (entry) => entry.setPassword(value, signal)), SAVE_PATIENCE_MS))
    .problem;
}

/** False when there was none, or no keychain answers. */
export async function removeFromKeychain(name: string): Promise<boolean> {
  const { value } = await inTurn(
    (signal) => withEntry(name, (entry) => entry.deletePassword(signal)),
    SAVE_PATIENCE_MS,
  );
  return value === true;
}

/** Why nothing can be kept here; null when it can. A keychain without a collection only fails when it is written to. */
export async function keychainProblem(): Promise<string | null> {
  const written = await writeKeychain(PROBE, "works");
  if (written !== null) return written;
  const { value } = await readKeychain(PROBE);
  await removeFromKeychain(PROBE);
  return value === "works" ? null : "it does not give back what it was given";
}

async function withEntry<Result>(name: string, work: (entry: AsyncEntry) => Promise<Result>): Promise<Result> {
  const keytar = await import("keytar");
  return work(new keytar.AsyncEntry(SERVICE, name, OPTIONS));
}
