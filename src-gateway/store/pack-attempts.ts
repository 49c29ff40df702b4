/** The attempts of an exchange as columns. Nearly all exchanges have one attempt, and the row says most of it already. */
import type { AttemptRecord, ExchangeRecord } from "../ir/exchange-record.ts";
import type { ExchangesTable } from "./schema.ts";

export type AttemptColumns = Pick<ExchangesTable, "attempt_reason" | "attempt_ended_us" | "attempts">;

/** What the only attempt has in common with its exchange when all went well. */
export type AttemptContext = Pick<ExchangeRecord, "provider" | "modelRouted" | "status" | "queueUs" | "firstByteUs">;

export function packAttempts(attempts: AttemptRecord[], context: AttemptContext): AttemptColumns {
  const [first] = attempts;
  if (first === undefined) return { attempt_reason: null, attempt_ended_us: null, attempts: null };
  if (attempts.length === 1 && isPlain(first, context)) {
    return { attempt_reason: first.reason, attempt_ended_us: first.endedUs, attempts: null };
  }
  return { attempt_reason: null, attempt_ended_us: null, attempts: JSON.stringify(attempts.map(toTuple)) };
}

export function unpackAttempts(columns: AttemptColumns, context: AttemptContext): AttemptRecord[] {
  if (columns.attempts !== null) return (JSON.parse(columns.attempts) as AttemptTuple[]).map(fromTuple);
  if (columns.attempt_reason === null) return [];
  return [
    {
      provider: context.provider ?? "",
      model: context.modelRouted ?? "",
      status: context.status,
      errorCode: null,
      reason: columns.attempt_reason,
      startedUs: context.queueUs ?? 0,
      firstByteUs: context.firstByteUs,
      endedUs: columns.attempt_ended_us,
    },
  ];
}

const isPlain = (attempt: AttemptRecord, context: AttemptContext): boolean =>
  attempt.errorCode === null &&
  attempt.provider === context.provider &&
  attempt.model === context.modelRouted &&
  attempt.status === context.status &&
  attempt.startedUs === context.queueUs &&
  attempt.firstByteUs === context.firstByteUs;

/** An attempt without the names of its fields, which would be most of its bytes. */
type AttemptTuple = [
  provider: string,
  model: string,
  status: number | null,
  errorCode: string | null,
  reason: string,
  startedUs: number,
  firstByteUs: number | null,
  endedUs: number | null,
];

const toTuple = (attempt: AttemptRecord): AttemptTuple => [
  attempt.provider,
  attempt.model,
  attempt.status,
  attempt.errorCode,
  attempt.reason,
  attempt.startedUs,
  attempt.firstByteUs,
  attempt.endedUs,
];

function fromTuple(tuple: AttemptTuple): AttemptRecord {
  const [provider, model, status, errorCode, reason, startedUs, firstByteUs, endedUs] = tuple;
  return { provider, model, status, errorCode, reason, startedUs, firstByteUs, endedUs };
}
