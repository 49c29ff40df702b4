import { flushCompileCache } from "node:module";
import { setFlagsFromString } from "node:v8";

/**
 * Lets every object begin its life in young memory. V8 would put objects of kinds that have lived long before, as those of
 * requests do, into old memory at once; whatever they lead to is then held until the next full collection, and copied there.
 * Of a small request that was 11 of 110 KB, and a tenth of its CPU.
 *
 * To be called when the gateway listens. What Node and this program bring compiled was compiled under other flags and is not
 * taken once these are set, so what was compiled until now is written down before.
 */
export function keepObjectsYoung(): void {
  flushCompileCache();
  setFlagsFromString("--no-allocation-site-pretenuring");
}
