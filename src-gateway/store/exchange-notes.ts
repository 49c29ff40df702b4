/**
 * Exchanges as lines of the journal: values in one order without their names, which would be half of the bytes and of the
 * work. A price stands once in a file, before the first note that names it.
 */
import type { AttemptRecord, AttemptUse, ExchangeRecord, PlanRecord, PrefixReport } from "../ir/exchange-record.ts";
import type { JsonObject } from "../ir/json.ts";
import type { Usage } from "../ir/usage.ts";
import { LastText, numberText } from "../lib/last-text.ts";
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

const caller = new LastText();
const answerer = new LastText();
const tried = new LastText("[");
const end = new LastText();
const cached = new LastText();
const sorts = new LastText();
const priced = new LastText();
const named = new LastText();

/** A line without its end, and without the price: a `Note` as `JSON.stringify` would write it. */
export function noteOf({ instanceId, record: of }: OwnedRecord): string {
  const { userId, apiKeyId, agent, session, project, surface, stream, modelAsked } = of;
  const start =
    `[${instanceId},${of.id}` + caller.of([userId, apiKeyId, agent, session, project, surface, stream, modelAsked]);
  return isUntouched(of) ? start + untouchedText(of) : start + answerText(of);
}

/** Nobody was asked yet, as in the first note of nearly every exchange. */
const isUntouched = (of: ExchangeRecord): boolean =>
  of.outcome === "open" &&
  of.provider === null &&
  of.modelRouted === null &&
  of.modelServed === null &&
  of.plan === null &&
  of.attempts.length === 0 &&
  of.status === null &&
  of.errorCode === null &&
  of.errorMessage === null &&
  of.finishReason === null &&
  of.queueUs === null &&
  of.firstByteUs === null &&
  of.firstTokenUs === null &&
  of.totalUs === null &&
  isNothing(of.usage) &&
  of.usageSource === "none" &&
  of.losses.length === 0 &&
  of.bytesOut === 0 &&
  of.joinedTo === null &&
  of.prefix === null &&
  of.runaway === null &&
  of.serviceTier === null &&
  of.counts === null &&
  of.own === null &&
  of.cost === null;

const isNothing = (usage: Usage): boolean =>
  usage.inputUncached === 0 &&
  usage.cacheRead === 0 &&
  usage.cacheWrite5m === 0 &&
  usage.cacheWrite1h === 0 &&
  usage.output === 0 &&
  usage.reasoning === 0 &&
  usage.audioInput === 0 &&
  usage.audioOutput === 0;

/** All between the model that was asked for and the bytes of the request. */
const UNTOUCHED = `,null,null,null,null,[],"open"${",null".repeat(8)},[0,0,0,0,0,0,0,0],"none",[]`;

function untouchedText({ bytesIn, replayOf, gitBranch }: ExchangeRecord): string {
  const branch = gitBranch === null ? "null" : JSON.stringify(gitBranch);
  return `${UNTOUCHED}${numberText(bytesIn)},0,null${numberText(replayOf)},null,${branch},null,null,null,null,null,null]`;
}

/** What is short is put together first: then it is one piece of the line. */
function answerText(of: ExchangeRecord): string {
  const { modelRouted, modelServed, provider, outcome, status, errorCode, errorMessage, finishReason } = of;
  const { usage, cost } = of;
  return (
    answerer.of([modelRouted, modelServed, provider]) +
    planText(of.plan) +
    attemptsText(of.attempts) +
    end.of([outcome, status, errorCode, errorMessage, finishReason]) +
    (numberText(of.queueUs) + numberText(of.firstByteUs)) +
    (numberText(of.firstTokenUs) + numberText(of.totalUs)) +
    `,[${Number.isFinite(usage.inputUncached) ? usage.inputUncached : "null"}` +
    cached.of([usage.cacheRead, usage.cacheWrite5m, usage.cacheWrite1h]) +
    numberText(usage.output) +
    sorts.of([usage.reasoning, usage.audioInput, usage.audioOutput]) +
    sourceText(of) +
    (numberText(of.bytesIn) + numberText(of.bytesOut)) +
    seldomText(of) +
    (cost === null ? ",null,null]" : `${numberText(cost.nano)}${priced.of([cost.priceId])}]`)
  );
}

const sourceText = ({ usageSource, losses }: ExchangeRecord): string =>
  usageSource === "provider" && losses.length === 0
    ? `],"provider",[]`
    : `],"${usageSource}",${losses.length === 0 ? "[]" : JSON.stringify(losses)}`;

const NEVER = ",null".repeat(8);

function seldomText(of: ExchangeRecord): string {
  const { joinedTo, replayOf, prefix, gitBranch, runaway, serviceTier, counts, own } = of;
  const isNever = joinedTo === null && replayOf === null && runaway === null && counts === null && own === null;
  if (isNever && prefix === null && gitBranch === null && serviceTier === null) return NEVER;
  const related = numberText(joinedTo) + numberText(replayOf);
  return related + jsonText(prefix) + named.of([gitBranch, runaway, serviceTier]) + jsonText(counts) + jsonText(own);
}

const jsonText = (value: object | null): string => (value === null ? ",null" : `,${JSON.stringify(value)}`);

let lastPlan: PlanRecord | null = null;
let lastPlanText = ",null";

function planText(plan: PlanRecord | null): string {
  if (plan === null) return ",null";
  if (lastPlan === null || !isSamePlan(plan, lastPlan)) {
    lastPlan = plan;
    lastPlanText = `,${JSON.stringify(planNote(plan))}`;
  }
  return lastPlanText;
}

/** Lists of what was left out are not looked through: those of most plans are empty. */
const isSamePlan = (plan: PlanRecord, other: PlanRecord): boolean =>
  plan === other ||
  (plan.matched === other.matched &&
    plan.variant === other.variant &&
    plan.leftOut.length + other.leftOut.length === 0 &&
    plan.leftOutMore === other.leftOutMore &&
    plan.targets.length === other.targets.length &&
    plan.targets.every((target, at) => isSameTarget(target, other.targets[at])));

type Target = PlanRecord["targets"][number];
const isSameTarget = (target: Target, other: Target | undefined): boolean =>
  target.provider === other?.provider &&
  target.model === other.model &&
  target.wire === other.wire &&
  target.reason === other.reason;

const planNote = ({ matched, targets, leftOut, leftOutMore, variant }: PlanRecord): PlanNote => [
  matched,
  targets.map(({ provider, model, wire, reason }): TargetNote => [provider, model, wire, reason]),
  leftOut,
  leftOutMore,
  variant,
];

function attemptsText(attempts: readonly AttemptRecord[]): string {
  let text = "";
  for (const { provider, model, status, errorCode, reason, startedUs, firstByteUs, endedUs, used } of attempts) {
    const what = tried.of([provider, model, status, errorCode, reason]);
    const began = numberText(startedUs) + numberText(firstByteUs);
    const ended =
      used === undefined ? `${numberText(endedUs)},null]` : `${numberText(endedUs)},${JSON.stringify(used)}]`;
    text += `${text === "" ? ",[" : ","}${what}${began}${ended}`;
  }
  return text === "" ? ",[]" : `${text}]`;
}

export interface PriceNote {
  priceId: number;
  price: JsonObject;
}

/** A line of its own. */
export const priceNote = ({ priceId, price }: PriceNote): string => JSON.stringify({ priceId, price });
