/** The attempts of an exchange as columns. Nearly all exchanges have one attempt, and the row says most of it already. */
import type { AttemptRecord, AttemptUse, ExchangeRecord } from "../ir/exchange-record.ts";
import { type ExtraCounts, NO_USAGE, type Usage } from "../ir/usage.ts";
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

/** Of the only one of an exchange: that the row says what it says. */
export const isPlain = (attempt: AttemptRecord, context: AttemptContext): boolean =>
  attempt.used === undefined &&
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
  used?: UseTuple,
];

/** What a failed attempt used: the counts of `Usage` in their order there, what they were priced by, and the cost. */
type UseTuple = [
  usage: number[],
  modelServed: string | null,
  serviceTier: string | null,
  counts: ExtraCounts | null,
  costNano: number | null,
  priceId: number | null,
];
const USAGE_FIELDS = Object.keys(NO_USAGE) as (keyof Usage)[];

const toTuple = (attempt: AttemptRecord): AttemptTuple => [
  attempt.provider,
  attempt.model,
  attempt.status,
  attempt.errorCode,
  attempt.reason,
  attempt.startedUs,
  attempt.firstByteUs,
  attempt.endedUs,
  ...useOf(attempt),
];

const useOf = ({ used }: AttemptRecord): [] | [UseTuple] => (used === undefined ? [] : [toUseTuple(used)]);

const toUseTuple = ({ usage, modelServed, serviceTier, counts, cost }: AttemptUse): UseTuple => [
  USAGE_FIELDS.map((field) => usage[field]),
  modelServed,
  serviceTier,
  counts,
  cost?.nano ?? null,
  cost?.priceId ?? null,
];

function fromUseTuple([counted, modelServed, serviceTier, counts, nano, priceId]: UseTuple): AttemptUse {
  const usage = { ...NO_USAGE };
  for (const [place, field] of USAGE_FIELDS.entries()) usage[field] = counted[place] ?? 0;
  const cost = nano === null || priceId === null ? null : { nano, priceId, price: null };
  return { usage, modelServed, serviceTier, counts, cost };
}

function fromTuple(tuple: AttemptTuple): AttemptRecord {
  const [provider, model, status, errorCode, reason, startedUs, firstByteUs, endedUs, used] = tuple;
  const attempt = { provider, model, status, errorCode, reason, startedUs, firstByteUs, endedUs };
  return used === undefined ? attempt : { ...attempt, used: fromUseTuple(used) };
}
