/** What OpenTelemetry is told of an exchange. */
import type { ExchangeRecord } from "../../ir/exchange-record.ts";
import type { TraceContext } from "../trace-context.ts";

export interface ToldExchange {
  record: ExchangeRecord;
  trace: TraceContext;
  method: string | null;
  path: string | null;
  clientRequestId: string | null;
  /** Only where the operator wants it in the traces; free of secrets. */
  content: ToldContent | null;
}

/** As the GenAI conventions write messages: JSON texts. */
export interface ToldContent {
  input: string;
  output: string;
}

/** Whom a provider's id stands for. */
export interface ToldProvider {
  kind: string;
  /** Of its address; null where it has none. */
  host: string | null;
}
