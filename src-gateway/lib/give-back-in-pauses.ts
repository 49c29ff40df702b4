import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

export interface PauseTerms {
  /** How often is looked, in milliseconds. */
  lookMs: number;
  /** As many looks in a row that find nothing to do are a pause. */
  looks: number;
  /** A process that takes less of a processor than this does nothing but wait. */
  idleShare: number;
  /** Less memory of the heap than this is not worth a collection. */
  minHeapBytes: number;
}

/** Ten minutes. What an idle gateway does takes less than a third of that share. */
const USUAL: PauseTerms = { lookMs: 60_000, looks: 10, idleShare: 0.01, minHeapBytes: 128 * 1024 * 1024 };

/**
 * Gives the memory of a busy time back to the system once a long pause has come: a full collection of a fifth of a second, and
 * the code for requests goes with it. Whoever has paused for so long does not come back with thousands of requests at once.
 */
export function giveBackInPauses({ lookMs, looks, idleShare, minHeapBytes }: PauseTerms = USUAL): void {
  let before = process.cpuUsage();
  let idle = 0;
  setInterval(() => {
    const { user, system } = process.cpuUsage(before);
    before = process.cpuUsage();
    idle = user + system < idleShare * lookMs * 1000 ? idle + 1 : 0;
    // Once in a pause.
    if (idle === looks && getHeapStatistics().total_physical_size >= minHeapBytes) collectAll();
  }, lookMs).unref();
}

type Collect = (how: { type: "major"; flavor: "last-resort" }) => void;

function collectAll(): void {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("globalThis.gc") as Collect | undefined;
  // What a host does not offer is not missed.
  collect?.({ type: "major", flavor: "last-resort" });
}
