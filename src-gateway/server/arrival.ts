/** A request before its exchange, whichever way its bytes came: over `node:http`, or over the lane in front of it. */
import type { IncomingHttpHeaders } from "node:http";
import type { HeadFacts } from "../exchange/head-facts.ts";
import type { Reply } from "../exchange/types.ts";
import type { ArrivingBody } from "./read-body.ts";

export interface Arrival extends ArrivingBody {
  readonly method: string;
  /** As it was asked for, query included. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** Kept by the connection; left out where it keeps nothing. */
  readonly head?: HeadFacts | undefined;
  /** Where it comes from, in the words of proxies that are trusted; null when that cannot be told. */
  readonly address: string | null;
  /** The connection is gone. */
  readonly isGone: boolean;
  /** Once. `stallMs` is how long a client may take nothing of what waits for it. */
  openReply(options: { requestId: string; stallMs: number }): Reply;
  /** Called when the client leaves before it has its whole answer. */
  onGone(listener: () => void): void;
  /** Reads what is left of the body and drops it, up to so many bytes; a client that sends more is broken off. */
  discardRest(maxBytes: number): void;
  /** Breaks off at once. */
  destroy(): void;
}
