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

export type KeychainAnswer = { value: string; problem: null } | { value: null; problem: string };

export async function readKeychain(name: string): Promise<KeychainAnswer> {
  const found = await inTurn((signal) => withEntry(name, (entry) => entry.getPassword(signal)), READ_PATIENCE_MS);
  if (found.problem !== null) return { value: null, problem: `cannot be read, because ${found.problem}` };
  return found.value
    ? { value: found.value, problem: null }
    : { value: null, problem: `is not in the keychain (service ${SERVICE})` };
}

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
