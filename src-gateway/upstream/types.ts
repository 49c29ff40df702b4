/** What the dispatcher takes beyond the plain POST of an inference: other methods, no body, a body that is still arriving. */
import type { UpstreamCall, UpstreamRequest, UpstreamSink } from "../exchange/types.ts";

/** A body that is sent while it arrives. */
export interface StreamedBody {
  /** Asked for the next piece only when the provider has taken the last one. */
  pieces: AsyncIterable<Buffer>;
  /** In bytes; null when it is not known, and then it is sent in chunks. */
  length: number | null;
}

export interface AnyUpstreamRequest extends Omit<UpstreamRequest, "body"> {
  /** POST when left out. */
  method?: string;
  /** Parts in order, a stream, or null for none. */
  body: Buffer[] | StreamedBody | null;
}

export type AnyDispatch = (request: AnyUpstreamRequest, sink: UpstreamSink) => UpstreamCall;
