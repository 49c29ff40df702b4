/**
 * Exchanges as lines of the journal: values in one order without their names. A price stands once in a file, beside the
 * first note that names it.
 */
import type {
  AttemptRecord,
  AttemptUse,
  ExchangeRecord,
  PlanRecord,
  PrefixReport,
  RecordedCost,
} from "../ir/exchange-record.ts";
import type { JsonObject } from "../ir/json.ts";
import type { Usage } from "../ir/usage.ts";
import type { OwnedRecord } from "./group-writer.ts";

/** What joins later comes at the end: notes of before end without it. */
export type Note = [
  instanceId: number,
  id: number,
  userId: number | null,
  apiKeyId: number | null,
  agent: string | null,
  session: string | null,
  project: string | null,
  surface: ExchangeRecord["surface"],
  stream: boolean,
  modelAsked: string | null,
  modelRouted: string | null,
  modelServed: string | null,
  provider: string | null,
  plan: PlanNote | null,
  attempts: AttemptNote[],
  outcome: ExchangeRecord["outcome"],
  status: number | null,
  errorCode: string | null,
  errorMessage: string | null,
  finishReason: string | null,
  queueUs: number | null,
  firstByteUs: number | null,
  firstTokenUs: number | null,
  totalUs: number | null,
  usage: UsageNote,
  usageSource: ExchangeRecord["usageSource"],
  losses: ExchangeRecord["losses"],
  bytesIn: number,
  bytesOut: number,
  joinedTo: number | null,
  replayOf: number | null,
  prefix: PrefixReport | null,
  gitBranch: string | null,
  runaway: string | null,
  serviceTier: string | null,
  counts: ExchangeRecord["counts"],
  own: ExchangeRecord["own"],
  costNano: number | null,
  priceId: number | null,
];

type TargetNote = [provider: string, model: string, wire: PlanRecord["targets"][number]["wire"], reason: string];
export type PlanNote = [
  matched: string,
  targets: TargetNote[],
  leftOut: PlanRecord["leftOut"],
  leftOutMore: number,
  variant: string | null,
];

export type AttemptNote = [
  provider: string,
  model: string,
  status: number | null,
  errorCode: string | null,
  reason: string,
  startedUs: number,
  firstByteUs: number | null,
  endedUs: number | null,
  used: AttemptUse | null,
];

export type UsageNote = [
  inputUncached: number,
  cacheRead: number,
  cacheWrite5m: number,
  cacheWrite1h: number,
  output: number,
  reasoning: number,
  audioInput: number,
  audioOutput: number,
];

/** A line without its end, and without the price. */
export function noteOf({ instanceId, record: of }: OwnedRecord): string {
  const note: Note = [
    instanceId,
    of.id,
    of.userId,
    of.apiKeyId,
    of.agent,
    of.session,
    of.project,
    of.surface,
    of.stream,
    of.modelAsked,
    of.modelRouted,
    of.modelServed,
    of.provider,
    of.plan === null ? null : planNote(of.plan),
    of.attempts.map(attemptNote),
    of.outcome,
    of.status,
    of.errorCode,
    of.errorMessage,
    of.finishReason,
    of.queueUs,
    of.firstByteUs,
    of.firstTokenUs,
    of.totalUs,
    usageNote(of.usage),
    of.usageSource,
    of.losses,
    of.bytesIn,
    of.bytesOut,
    of.joinedTo,
    of.replayOf,
    of.prefix,
    of.gitBranch,
    of.runaway,
    of.serviceTier,
    of.counts,
    of.own,
    of.cost?.nano ?? null,
    of.cost?.priceId ?? null,
  ];
  return JSON.stringify(note);
}

const planNote = ({ matched, targets, leftOut, leftOutMore, variant }: PlanRecord): PlanNote => [
  matched,
  targets.map(({ provider, model, wire, reason }): TargetNote => [provider, model, wire, reason]),
  leftOut,
  leftOutMore,
  variant,
];

const attemptNote = (of: AttemptRecord): AttemptNote => [
  of.provider,
  of.model,
  of.status,
  of.errorCode,
  of.reason,
  of.startedUs,
  of.firstByteUs,
  of.endedUs,
  of.used ?? null,
];

const usageNote = (of: Usage): UsageNote => [
  of.inputUncached,
  of.cacheRead,
  of.cacheWrite5m,
  of.cacheWrite1h,
  of.output,
  of.reasoning,
  of.audioInput,
  of.audioOutput,
];

export interface PriceNote {
  priceId: number;
  price: JsonObject;
}

export const priceNote = ({ priceId, price }: RecordedCost): string => JSON.stringify({ priceId, price });
