import { hash } from "node:crypto";

const LANES = 8;

/**
 * A checksum over rows in any order: the SHA-256 of each row, added up. Two tables have the same when, but for a chance
 * that can be forgotten, they hold the same rows equally often. It guards against accidents, not against forgers.
 */
export class LineSum {
  rows = 0;
  private readonly lanes = new Uint32Array(LANES);

  static from(rows: number, hex: string): LineSum {
    const sum = new LineSum();
    sum.rows = rows;
    const bytes = Buffer.from(hex, "hex");
    for (let lane = 0; lane < LANES; lane++) sum.lanes[lane] = bytes.readUInt32BE(lane * 4);
    return sum;
  }

  add(lines: readonly string[]): void {
    const { lanes } = this;
    for (const line of lines) {
      const digest = hash("sha256", line, "buffer");
      // Beyond 32 bits the array itself lets the carry fall.
      for (let lane = 0; lane < LANES; lane++) lanes[lane] = (lanes[lane] ?? 0) + digest.readUInt32BE(lane * 4);
    }
    this.rows += lines.length;
  }

  /** 64 hex digits. */
  get hex(): string {
    const bytes = Buffer.alloc(LANES * 4);
    for (const [lane, value] of this.lanes.entries()) bytes.writeUInt32BE(value, lane * 4);
    return bytes.toString("hex");
  }
}
