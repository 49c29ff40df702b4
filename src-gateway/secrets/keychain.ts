/** The keychain of the operating system, asked with a time limit: a locked one may wait for a person who is not there. */
import type { AsyncEntry } from "keytar";

const SERVICE = "tokligence-gateway";
const PATIENCE_MS = 3_000;
// Without this pin Linux falls back to the kernel's key ring, which is empty after every restart.
const OPTIONS = { linux: { store: "secret-service" } } as const;
const PROBE = "probe of the gateway";

export type KeychainAnswer = { value: string; problem: null } | { value: null; problem: string };

export async function readKeychain(name: string): Promise<KeychainAnswer> {
  const found = await within((signal) => withEntry(name, (entry) => entry.getPassword(signal)));
  if (found.problem !== null) return { value: null, problem: `cannot be read, because ${found.problem}` };
  return found.value
    ? { value: found.value, problem: null }
    : { value: null, problem: `is not in the keychain (service ${SERVICE})` };
}

/** Why it could not be kept; null when it was. */
export async function writeKeychain(name: string, value: string): Promise<string | null> {
  return (await within((signal) => withEntry(name, (entry) => entry.setPassword(value, signal)))).problem;
}

/** False when there was none, or no keychain answers. */
export async function removeFromKeychain(name: string): Promise<boolean> {
  const { value } = await within((signal) => withEntry(name, (entry) => entry.deletePassword(signal)));
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

type Outcome<Value> = { value: Value; problem: null } | { value: null; problem: string };

async function within<Value>(work: (signal: AbortSignal) => Promise<Value>): Promise<Outcome<Value>> {
  const stop = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Outcome<Value>>((resolve) => {
    timer = setTimeout(() => {
      stop.abort();
      resolve({ value: null, problem: `the keychain did not answer within ${PATIENCE_MS / 1000} s; it may be locked` });
    }, PATIENCE_MS);
  });
  const asked = work(stop.signal).then(
    (value): Outcome<Value> => ({ value, problem: null }),
    (error: unknown): Outcome<Value> => {
      const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
      return { value: null, problem: `no keychain answers here (${reason?.slice(0, 160)})` };
    },
  );
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
}
