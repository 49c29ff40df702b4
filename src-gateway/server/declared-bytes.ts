/** A body whose length is known beforehand: its bytes are copied straight to their place, so it never exists twice. */
import { dropYoungGarbage } from "../lib/young-garbage.ts";
import type { Hold } from "./read-body.ts";

/**
 * While a body is put together, its pieces are dropped; so often they are collected. More often, and bodies that are still
 * needed outlive two collections, after which only a full one finds them.
 */
const COLLECT_EVERY_BYTES = 32 * 1024 * 1024;

export class DeclaredBytes {
  private readonly declaredBytes: number;
  private readonly hold: Hold;
  private whole: Buffer | null = null;
  private filledBytes = 0;
  private copiedBytes = 0;

  constructor(declaredBytes: number, hold: Hold) {
    this.declaredBytes = declaredBytes;
    this.hold = hold;
  }

  /**
   * @returns whether the piece was copied, and is not needed any more.
   * @throws what `hold` throws: room is taken when the first piece comes.
   */
  push(piece: Buffer): boolean {
    const isWhole = this.whole === null && piece.length === this.declaredBytes;
    if (this.whole === null) {
      this.hold(this.declaredBytes);
      this.whole = isWhole ? piece : Buffer.allocUnsafeSlow(this.declaredBytes);
    }
    if (!isWhole) {
      piece.copy(this.whole, this.filledBytes);
      this.copiedBytes += piece.length;
      if (this.copiedBytes >= COLLECT_EVERY_BYTES) {
        this.copiedBytes = 0;
        dropYoungGarbage();
      }
    }
    this.filledBytes += piece.length;
    return !isWhole;
  }

  /** The body, once; whoever asks holds it then. */
  take(): Buffer {
    const whole = this.whole ?? Buffer.alloc(0);
    this.whole = null;
    return whole;
  }
}
