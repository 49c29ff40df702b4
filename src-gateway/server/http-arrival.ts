/** A request that came over `node:http`. */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type { Reply } from "../exchange/types.ts";
import { addressOf } from "../lib/client-address.ts";
import type { Arrival } from "./arrival.ts";
import { discardRest } from "./inference-handler.ts";
import { collectBody, type Hold } from "./read-body.ts";
import { createReply } from "./reply.ts";

export class HttpArrival implements Arrival {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly address: string | null;
  private readonly request: IncomingMessage;
  private readonly response: ServerResponse;

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.request = request;
    this.response = response;
    this.method = request.method ?? "POST";
    this.url = request.url ?? "";
    this.headers = request.headers;
    this.address = addressOf(request);
  }

  get isGone(): boolean {
    return this.response.destroyed;
  }

  openReply(options: { requestId: string; stallMs: number }): Reply {
    return createReply(this.response, options);
  }

  onGone(listener: () => void): void {
    this.response.on("close", () => {
      if (!this.response.writableFinished) listener();
    });
  }

  collect(maxBytes: number, hold: Hold): Promise<Buffer> {
    return collectBody(this.request, maxBytes, hold);
  }

  discardRest(maxBytes: number): void {
    discardRest(this.request, maxBytes);
  }

  destroy(): void {
    this.response.destroy();
  }
}
