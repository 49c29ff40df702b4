/**
 * One question to the keychain after the other. A locked one asks its person for each question that comes while it is locked: in
 * turn, the first answer unlocks it for all. Whoever waits behind one that was not answered is not asked for either.
 */
export type Outcome<Value> = { value: Value; problem: null } | { value: null; problem: string };

export type InTurn = <Value>(
  work: (signal: AbortSignal) => Promise<Value>,
  patienceMs: number,
) => Promise<Outcome<Value>>;

export function createInTurn(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  let silences = 0;
  return (work, patienceMs) => {
    const silencesBefore = silences;
    const asked = last.then(async () => {
      if (silences > silencesBefore) return silent(patienceMs);
      const outcome = await within(work, patienceMs);
      if (outcome === null) silences++;
      return outcome ?? silent(patienceMs);
    });
    last = asked.catch(() => {});
    return asked;
  };
}

export const silent = (patienceMs: number): { value: null; problem: string } => ({
  value: null,
  problem: `the keychain did not answer within ${patienceMs / 1000} s; it may be locked`,
});

/** @param reason in the system's words. */
export const refused = (reason: string): string =>
  `no keychain answers here (${(reason.split("\n")[0] ?? "").slice(0, 160)})`;

/** Null when there was no answer in time. */
async function within<Value>(
  work: (signal: AbortSignal) => Promise<Value>,
  patienceMs: number,
): Promise<Outcome<Value> | null> {
  const stop = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => {
      stop.abort();
      resolve(null);
    }, patienceMs);
  });
  const asked = work(stop.signal).then(
    (value): Outcome<Value> => ({ value, problem: null }),
    (error: unknown): Outcome<Value> => {
      return { value: null, problem: refused(error instanceof Error ? error.message : String(error)) };
    },
  );
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
}
