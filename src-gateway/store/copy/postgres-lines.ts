/** COPY over a connection of the driver, which leaves both directions of it to those who ask. */
import { once } from "node:events";
import type { Duplex } from "node:stream";
import type pg from "pg";

/** What the driver hands to a query of one's own. */
interface Wire {
  stream: Duplex;
  query(text: string): void;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
  sendCopyFail(message: string): void;
}

/** The calls of the driver that mean nothing to a COPY. */
abstract class Copy {
  readonly ended: Promise<void>;
  protected settle: { resolve: () => void; reject: (error: unknown) => void };
  private readonly text: string;
  private failure: unknown = null;

  constructor(text: string) {
    this.text = text;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.settle = { resolve, reject };
    this.ended = promise;
    // Those who wait are told; nobody waits any more when they have left.
    promise.catch(() => {});
  }
  submit(connection: unknown): void {
    (connection as Wire).query(this.text);
  }
  abstract handleCopyInResponse(connection: Wire): void;
  abstract handleCopyData(message: { chunk: Buffer }, connection: Wire): void;
  handleError(error: unknown): void {
    this.failure = error;
    this.settle.reject(error);
  }
  handleReadyForQuery(): void {
    if (this.failure === null) this.settle.resolve();
  }
  handleCommandComplete(): void {}
  handleRowDescription(): void {}
  handleDataRow(): void {}
  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}
}

class CopyIn extends Copy {
  private readonly chunks: AsyncIterable<Buffer>;
  constructor(text: string, chunks: AsyncIterable<Buffer>) {
    super(text);
    this.chunks = chunks;
  }
  handleCopyInResponse(connection: Wire): void {
    this.send(connection).catch((error: unknown) => {
      this.settle.reject(error);
      connection.sendCopyFail("the source failed");
    });
  }
  handleCopyData(): void {}

  private async send(connection: Wire): Promise<void> {
    for await (const chunk of this.chunks) {
      connection.sendCopyFromChunk(chunk);
      // A connection that is lost drains never.
      if (connection.stream.writableNeedDrain) await Promise.race([once(connection.stream, "drain"), this.ended]);
    }
    connection.endCopyFrom();
  }
}

const WAITING_BYTES = 4 * 1024 * 1024;

class CopyOut extends Copy {
  private waiting: string[] = [];
  private waitingBytes = 0;
  private wire: Wire | null = null;
  private wake: () => void = () => {};
  private isOver = false;

  constructor(text: string) {
    super(text);
    const over = (): void => {
      this.isOver = true;
      this.wake();
    };
    this.ended.then(over, over);
  }
  handleCopyInResponse(connection: Wire): void {
    connection.sendCopyFail("nothing is given");
  }
  handleCopyData({ chunk }: { chunk: Buffer }, connection: Wire): void {
    this.wire = connection;
    // The server sends one row at a time; the driver uses the memory of each again.
    this.waiting.push(chunk.toString("utf8", 0, chunk.length - 1));
    this.waitingBytes += chunk.length;
    if (this.waitingBytes > WAITING_BYTES) {
      connection.stream.pause();
      this.wake();
    }
  }
  async *pages(): AsyncGenerator<string[]> {
    try {
      for (;;) {
        if (this.waitingBytes <= WAITING_BYTES && !this.isOver) {
          await new Promise<void>((resolve) => {
            this.wake = resolve;
          });
        }
        const lines = this.take();
        if (lines.length > 0) yield lines;
        else if (this.isOver) break;
      }
      await this.ended;
    } finally {
      // Who leaves early leaves the rest of the table in the connection, which is of no use then.
      if (!this.isOver) this.wire?.stream.destroy();
    }
  }

  private take(): string[] {
    const { waiting } = this;
    this.waiting = [];
    this.waitingBytes = 0;
    this.wire?.stream.resume();
    return waiting;
  }
}

/** @param text a `COPY … FROM STDIN`. */
export async function copyIn(client: pg.ClientBase, text: string, chunks: AsyncIterable<Buffer>): Promise<void> {
  await client.query(new CopyIn(text, chunks)).ended;
}

/** @param text a `COPY … TO STDOUT`. The answer is lines, a few MB at a time. */
export function copyOut(client: pg.ClientBase, text: string): AsyncGenerator<string[]> {
  return client.query(new CopyOut(text)).pages();
}
