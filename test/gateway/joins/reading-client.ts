import type { FollowerReply } from "../../../src-gateway/joins/types.ts";

/** A client that follows: takes everything, or nothing more than one piece until it is told to go on. */
export class ReadingClient implements FollowerReply {
  onDrain: (() => void) | null = null;
  head: { status: number; headers: Record<string, string> } | null = null;
  how: "reading" | "ended" | "cut" = "reading";
  /** From the next piece on it says that it is full. */
  isSlow = false;
  private readonly pieces: Buffer[] = [];

  start(status: number, headers: Record<string, string>): void {
    if (this.head !== null) throw new Error("the head came twice");
    this.head = { status, headers };
  }

  write(bytes: Buffer): boolean {
    if (this.head === null || this.how !== "reading") throw new Error("a piece came outside of an answer");
    this.pieces.push(Buffer.from(bytes));
    return !this.isSlow;
  }

  end(): void {
    this.finish("ended");
  }

  cut(): void {
    this.finish("cut");
  }

  /** Reads what it was given, and can take more. */
  drain(): void {
    this.onDrain?.();
  }

  get received(): Buffer {
    return Buffer.concat(this.pieces);
  }

  private finish(how: "ended" | "cut"): void {
    if (this.how !== "reading") throw new Error("it ended twice");
    this.how = how;
  }
}
