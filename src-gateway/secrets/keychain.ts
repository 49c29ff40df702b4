/** The keychain of the operating system, read with a time limit: a locked one may wait for a person who is not there. */
const SERVICE = "tokligence-gateway";
const PATIENCE_MS = 3_000;

export type KeychainAnswer = { value: string; problem: null } | { value: null; problem: string };

export async function readKeychain(name: string): Promise<KeychainAnswer> {
  const stop = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<KeychainAnswer>((resolve) => {
    timer = setTimeout(() => {
      stop.abort();
      resolve({
        value: null,
        problem: `was not answered by the keychain within ${PATIENCE_MS / 1000} s; it may be locked`,
      });
    }, PATIENCE_MS);
  });
  try {
    return await Promise.race([ask(name, stop.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function ask(name: string, signal: AbortSignal): Promise<KeychainAnswer> {
  try {
    const { AsyncEntry } = await import("keytar");
    // Without this pin Linux falls back to the kernel's key ring, which is empty after every restart.
    const entry = new AsyncEntry(SERVICE, name, { linux: { store: "secret-service" } });
    const value = await entry.getPassword(signal);
    return value ? { value, problem: null } : { value: null, problem: `is not in the keychain (service ${SERVICE})` };
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    return { value: null, problem: `cannot be read, because no keychain answers here (${reason?.slice(0, 160)})` };
  }
}
