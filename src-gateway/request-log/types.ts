/** What happened? Reads over the exchanges that the gateway recorded. */
import type { ExchangeRecord, Outcome } from "../ir/exchange-record.ts";
import type { Surface } from "../ir/protocol.ts";

export interface ExchangeFilter {
  /** Only rows after this id (older ids are smaller), oldest first: for following the log. */
  afterId?: number;
  /** Only rows before this id, newest first: for paging back. */
  beforeId?: number;
  fromUs?: number;
  toUs?: number;
  userId?: number;
  apiKeyId?: number;
  provider?: string;
  /** Asked, routed or served. */
  model?: string;
  surface?: Surface;
  outcome?: Outcome;
  /** Everything that is neither completed nor open. */
  failedOnly?: boolean;
  /** 1 to 1000, 100 when left out. */
  limit?: number;
}

export interface RequestLog {
  list(filter: ExchangeFilter): Promise<ExchangeRecord[]>;
  get(id: number): Promise<ExchangeRecord | null>;
}
