import type { Scratch } from "../protocols/piece-frame.ts";

/** More than that is not kept: hardly any chunk needs it. */
const KEPT_BYTES = 256 * 1024;

/** Memory for what is put together and copied on within one turn. */
export interface ClearedScratch extends Scratch {
  /** Whatever was taken may be written over from now on. */
  clear(): void;
}

export const createScratch = (): ClearedScratch => new Memory();

class Memory implements ClearedScratch {
  private bytes = Buffer.alloc(0);
  private used = 0;

  take(size: number): Buffer {
    const from = this.used;
    this.used += size;
    if (this.used <= this.bytes.length) return this.bytes.subarray(from, this.used);
    // Those that have some of the old memory keep it as long as they need it.
    const taken = Buffer.allocUnsafeSlow(size);
    if (this.used <= KEPT_BYTES) this.bytes = Buffer.allocUnsafeSlow(KEPT_BYTES);
    return taken;
  }

  clear(): void {
    this.used = 0;
  }
}
