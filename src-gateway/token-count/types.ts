/** What is counted of an exchange that is over. */
import type { Surface, WireProtocol } from "../ir/protocol.ts";

export interface ExchangeToCount {
  /** The client's. */
  wire: WireProtocol;
  surface: Surface;
  /** As the client sent it, and as it was answered, wholly. */
  request: Uint8Array;
  answer: Uint8Array;
  answerType: string;
}

/** Tokens, by the gateway's own tokenizer: nothing is added for models that cut texts in other ways. */
export interface OwnCount {
  input: number;
  output: number;
}

export interface OwnCounter {
  /** Null when too much waits already, and for what cannot be counted. Never rejects. */
  count(exchange: ExchangeToCount): Promise<OwnCount | null>;
  close(): Promise<void>;
}
