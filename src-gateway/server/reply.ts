/** A node:http response as an exchange sees it: back-pressure, byte count, and a hard break when an answer is not whole. */
import type { ServerResponse } from "node:http";
import type { Reply } from "../exchange/types.ts";

export function createReply(response: ServerResponse, options: { requestId: string; stallMs: number }): Reply {
  return new HttpReply(response, options);
}

class HttpReply implements Reply {
  onDrain: (() => void) | null = null;
  status: number | null = null;
  bytesOut = 0;
  readonly extraHeaders: Record<string, string> = {};
  lateHeaders: (() => Record<string, string>) | null = null;
  private readonly response: ServerResponse;
  private readonly requestId: string;
  private readonly stallMs: number;
  private isEnded = false;
  private isWaiting = false;

  constructor(response: ServerResponse, options: { requestId: string; stallMs: number }) {
    this.response = response;
    this.requestId = options.requestId;
    this.stallMs = options.stallMs;
  }

  start(status: number, headers: Record<string, string>): void {
    if (this.status !== null || this.response.destroyed) return;
    this.status = status;
    this.response.writeHead(status, {
      ...headers,
      ...this.extraHeaders,
      ...this.lateHeaders?.(),
      "x-request-id": this.requestId,
    });
    // Clients give up waiting for headers much sooner than for content, so headers do not wait for it.
    if (headers["content-length"] === undefined) this.response.flushHeaders();
  }

  write(bytes: Buffer): boolean {
    if (this.isEnded || this.response.destroyed) return true;
    this.bytesOut += bytes.length;
    if (this.response.write(bytes)) return true;
    this.waitForDrain();
    return false;
  }

  end(bytes?: Buffer): void {
    if (this.isEnded) return;
    this.isEnded = true;
    if (this.response.destroyed) return;
    if (bytes) {
      this.bytesOut += bytes.length;
      this.response.end(bytes);
    } else this.response.end();
    if (this.response.writableLength > 0) this.limitStall(this.stallMs);
  }

  cut(): void {
    this.isEnded = true;
    const { socket } = this.response;
    if (!socket) {
      this.response.destroy();
      return;
    }
    // What was written goes out first; then the connection closes without the end mark of the body. A client that does not
    // read any more must not hold it open.
    this.limitStall(this.stallMs);
    socket.destroySoon();
  }

  async finished(): Promise<boolean> {
    const { response } = this;
    if (!response.writableFinished && !response.destroyed && !response.closed && !response.socket?.destroyed) {
      // It closes when it is finished, and when it never will be.
      await new Promise<void>((resolve) => void response.on("close", resolve));
    }
    return response.writableFinished;
  }

  private waitForDrain(): void {
    if (this.isWaiting) return;
    this.isWaiting = true;
    this.limitStall(this.stallMs);
    this.response.once("drain", () => {
      this.isWaiting = false;
      if (!this.isEnded) this.limitStall(0);
      this.onDrain?.();
    });
  }

  /**
   * A client that takes nothing of a full socket for this long has vanished, whatever TCP thinks: node:http then destroys
   * the connection. The socket's own timer knows when something of a large write has gone out, so a slow client goes on.
   */
  private limitStall(ms: number): void {
    this.response.socket?.setTimeout(ms);
  }
}
