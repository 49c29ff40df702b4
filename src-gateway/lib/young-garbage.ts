import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

let collect: (() => void) | null = null;

/**
 * Gives back the memory of buffers that were dropped a moment ago. The collector counts only their small handles, so tens
 * of megabytes can pile up behind it while a large body is read. A young collection takes about a millisecond.
 */
export function dropYoungGarbage(): void {
  if (collect === null) {
    setFlagsFromString("--expose-gc");
    const gc = runInNewContext("gc") as (options: { type: "minor" }) => void;
    collect = () => gc({ type: "minor" });
  }
  collect();
}
