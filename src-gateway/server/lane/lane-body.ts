/** A body on its way in, of a length that its head has declared. */
import { giveBack } from "../../lib/give-back.ts";
import type { Soon } from "../../lib/soon.ts";
import { DeclaredBytes } from "../declared-bytes.ts";
import { ClientGone, type Hold, tooLarge } from "../read-body.ts";

export class LaneBody {
  /** What is still to come. */
  leftBytes: number;
  private readonly declaredBytes: number;
  /** What came before anybody asked for it. */
  private kept: Buffer[] | null = null;
  keptBytes = 0;
  private place: DeclaredBytes | null = null;
  private resolve: ((bytes: Buffer) => void) | null = null;
  private reject: ((error: unknown) => void) | null = null;
  private isDropped = false;
  private dropBytes = Number.MAX_SAFE_INTEGER;
  private isGone = false;

  constructor(declaredBytes: number) {
    this.declaredBytes = declaredBytes;
    this.leftBytes = declaredBytes;
  }

  /** @param piece nothing but bytes of this body, in memory that nobody else needs. @returns false once more came than is dropped. */
  take(piece: Buffer): boolean {
    this.leftBytes -= piece.length;
    if (this.place !== null) this.put(this.place, piece);
    else if (this.isDropped) return (this.dropBytes -= piece.length) >= 0;
    else {
      (this.kept ??= []).push(piece);
      this.keptBytes += piece.length;
    }
    return true;
  }

  /** Once. @throws what `readBody` throws, at once or later. */
  collect(maxBytes: number, hold: Hold): Soon<Buffer> {
    const kept = this.kept ?? [];
    this.forget();
    if (this.declaredBytes > maxBytes) {
      this.isDropped = true;
      throw tooLarge(maxBytes);
    }
    if (this.isGone) throw new ClientGone("The client left before its body was read.");
    const place = new DeclaredBytes(this.declaredBytes, hold);
    try {
      for (const piece of kept) if (place.push(piece)) giveBack(piece);
    } catch (error) {
      this.isDropped = true;
      throw error;
    }
    if (this.leftBytes === 0) return place.take();
    this.place = place;
    return new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  /** Nobody asks for it any more. @param maxBytes so much may still come. */
  discard(maxBytes: number): void {
    this.dropBytes = Math.min(this.dropBytes, maxBytes);
    if (this.place !== null) return;
    this.isDropped = true;
    this.forget();
  }

  gone(): void {
    this.isGone = true;
    this.forget();
    this.place = null;
    this.reject?.(new ClientGone("The client left while it sent its body."));
    this.settle();
  }

  private put(place: DeclaredBytes, piece: Buffer): void {
    try {
      if (place.push(piece)) giveBack(piece);
    } catch (error) {
      this.place = null;
      this.isDropped = true;
      this.reject?.(error);
      this.settle();
      return;
    }
    if (this.leftBytes > 0) return;
    this.place = null;
    this.resolve?.(place.take());
    this.settle();
  }

  private forget(): void {
    this.kept = null;
    this.keptBytes = 0;
  }

  private settle(): void {
    this.resolve = null;
    this.reject = null;
  }
}
