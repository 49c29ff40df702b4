import { flushCompileCache } from "node:module";
import { setFlagsFromString } from "node:v8";
import { giveBackInPauses } from "./give-back-in-pauses.ts";

/** The desktop app makes a gateway anew when its settings want that; a process has one collector. */
let isTuned = false;

/**
 * Four habits of V8's garbage collector that cost a gateway more than they are worth.
 *
 * It would put objects of kinds that have lived long before, as those of requests do, into old memory at once; whatever they
 * lead to is then held until the next full collection, and copied there. Of a small request that was 11 of 110 KB, and a
 * tenth of its CPU.
 *
 * And it would collect everything whenever 64 MB of buffers have come and gone, however little there is else: that was each
 * fortieth body of 500 KB, and half of what these cost. Now buffers count as a part of all memory, as objects do.
 *
 * And it would collect everything again as soon as memory has grown by a half or so, since it sees how little of it objects
 * take, and not how fast buffers come and go. Now it may grow to three times of what was left the last time: a tenth less CPU
 * for bodies of 500 KB, and at the peak no more memory.
 *
 * And in a pause of seconds it would give memory back, and forget what objects of requests look like, because none is there. All
 * code that was compiled for them goes with that: the next thirty thousand requests cost up to four times as much. Now it
 * collects in such pauses without that, and shapes outlive eight full collections in which nothing had them. Memory is given
 * back in longer pauses.
 *
 * To be called when the gateway listens. What Node and this program bring compiled was compiled under other flags and is not
 * taken once these are set, so what was compiled until now is written down before.
 */
export function tuneCollector(): void {
  if (isTuned) return;
  isTuned = true;
  flushCompileCache();
  setFlagsFromString("--no-allocation-site-pretenuring");
  setFlagsFromString("--external-memory-accounted-in-global-limit");
  setFlagsFromString("--heap-growing-percent=200");
  setFlagsFromString("--no-memory-reducer-favors-memory");
  setFlagsFromString("--retain-maps-for-n-gc=8");
  giveBackInPauses();
}
