import type { RequestBody, RequestHead } from "../protocols/types.ts";
import type { Plan } from "../routing/types.ts";
import type { RecordKeeper } from "./record.ts";
import type { StreamReply } from "./stream-reply.ts";
import type { ExchangeWorld, Inbound } from "./types.ts";

/** What the steps of one exchange share once the request is understood. */
export interface ExchangeState {
  inbound: Inbound;
  world: ExchangeWorld;
  keeper: RecordKeeper;
  body: RequestBody;
  head: RequestHead;
  plan: Plan;
  /** Null when the caller wants the answer in one piece. */
  stream: StreamReply | null;
}
