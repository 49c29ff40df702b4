/** Bytes that come in pieces of any size, taken as lines and as counted bytes. */
import { GatewayError } from "../ir/errors.ts";

export class ByteReader {
  private readonly source: AsyncIterator<Buffer>;
  private kept: Buffer = Buffer.alloc(0);
  private isOver = false;

  constructor(source: AsyncIterable<Buffer>) {
    this.source = source[Symbol.asyncIterator]();
  }

  /** Without its line feed. @throws GatewayError when there is none within `maxBytes`. */
  async line(maxBytes: number): Promise<Buffer> {
    let from = 0;
    for (;;) {
      const at = this.kept.indexOf(10, from);
      if (at >= 0) {
        const line = this.kept.subarray(0, at);
        this.kept = this.kept.subarray(at + 1);
        return line;
      }
      from = this.kept.length;
      if (from > maxBytes || !(await this.more())) throw damaged();
    }
  }

  /** Up to so many, fewer only at the end. */
  async upTo(bytes: number): Promise<Buffer> {
    while (this.kept.length < bytes && (await this.more()));
    const taken = this.kept.subarray(0, bytes);
    this.kept = this.kept.subarray(taken.length);
    return taken;
  }

  /** Exactly so many, in pieces. */
  async *counted(bytes: number): AsyncGenerator<Buffer> {
    for (let left = bytes; left > 0; ) {
      if (this.kept.length === 0 && !(await this.more())) throw damaged();
      const piece = this.kept.subarray(0, left);
      this.kept = this.kept.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
  }

  async isAtEnd(): Promise<boolean> {
    return this.kept.length === 0 && !(await this.more());
  }

  private async more(): Promise<boolean> {
    while (!this.isOver) {
      const { value, done } = await this.source.next();
      if (done === true) this.isOver = true;
      else if (value.length > 0) {
        this.kept = this.kept.length === 0 ? value : Buffer.concat([this.kept, value]);
        return true;
      }
    }
    return false;
  }
}

export const damaged = (): GatewayError =>
  new GatewayError(
    "invalid_request",
    "The file is damaged or not whole: some of it is missing or was changed. Copy it once more from where it was made.",
  );
