import { KnownBytes } from "./known-bytes.ts";
import type { PlainRun } from "./plain-run.ts";

const COLON = 0x3a;

/** Of this many places one is looked at for a key. A power of two. */
const PLACES = 256;
/** With quotes and colon. */
const LONGEST = 40;
/** Of keys for which another one stands there, one in so many takes its place: some are never seen again. */
const REPLACE_EVERY = 8;

export interface KnownKey {
  name: string;
  /** With quotes and the colon behind them. */
  spelled: KnownBytes;
}

/** All bodies of a wire have the same few keys, spelled the same way: those need not be read letter by letter. */
export class KnownKeys {
  private readonly keys: (KnownKey | undefined)[] = Array.from({ length: PLACES }, () => undefined);
  private strangers = 0;

  /** The key that opens at `at`; null where it has to be read. */
  find(run: PlainRun, at: number): KnownKey | null {
    const key = this.keys[placeOf(run.bytes, at)];
    return key !== undefined && run.has(key.spelled, at) ? key : null;
  }

  /** @param name of the key [start, end), which holds no escapes. */
  learn(bytes: Buffer, start: number, end: number, name: string): void {
    if (bytes[end] !== COLON || end >= start + LONGEST) return;
    const place = placeOf(bytes, start);
    if (this.keys[place] !== undefined && this.strangers++ % REPLACE_EVERY !== 0) return;
    this.keys[place] = { name, spelled: new KnownBytes(bytes.subarray(start, end + 1)) };
  }
}

/** Of some letters by which the keys of bodies differ. */
function placeOf(bytes: Uint8Array, at: number): number {
  const first = ((bytes[at + 1] ?? 0) << 4) ^ ((bytes[at + 2] ?? 0) << 2);
  return (first ^ ((bytes[at + 5] ?? 0) << 1) ^ ((bytes[at + 7] ?? 0) << 3) ^ (bytes[at + 4] ?? 0)) & (PLACES - 1);
}
