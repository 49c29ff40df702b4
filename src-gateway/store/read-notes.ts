/** What the lines of a journal say, also of one that an earlier gateway wrote: each was a record with all of its names. */
import type { AttemptRecord, ExchangeRecord, PlanRecord, RecordedCost } from "../ir/exchange-record.ts";
import type { JsonObject } from "../ir/json.ts";
import type { Usage } from "../ir/usage.ts";
import type { AttemptNote, Note, PlanNote, PriceNote, UsageNote } from "./exchange-notes.ts";
import type { OwnedRecord } from "./group-writer.ts";

/** @param text of one file that an earlier gateway wrote; a line that was cut off is passed over. */
export function readNotes(text: string): OwnedRecord[] {
  const reader = new NoteReader();
  return text.split("\n").flatMap((line) => reader.read(line) ?? []);
}

/** Reads the lines of one file, in their order. */
export class NoteReader {
  private readonly prices = new Map<number, JsonObject>();

  /** @returns null for the line of a price, and for one that cannot be read. */
  read(line: string): OwnedRecord | null {
    const note = parse(line);
    if (note === null) return null;
    if (Array.isArray(note)) return toOwned(note, this.prices);
    if ("record" in note) return note;
    this.prices.set(note.priceId, note.price);
    return null;
  }
}

function parse(line: string): Note | PriceNote | OwnedRecord | null {
  if (line === "") return null;
  try {
    return JSON.parse(line) as Note | PriceNote | OwnedRecord;
  } catch {
    // The line that was being written.
    return null;
  }
}

function toOwned(note: Note, prices: ReadonlyMap<number, JsonObject>): OwnedRecord {
  const [instanceId, id, userId, apiKeyId, agent, session, project, surface, stream, ...asked] = note;
  const [modelAsked, modelRouted, modelServed, provider, plan, attempts, outcome, status, ...ended] = asked;
  const [errorCode, errorMessage, finishReason, queueUs, firstByteUs, firstTokenUs, totalUs, ...used] = ended;
  const [usage, usageSource, losses, bytesIn, bytesOut, joinedTo, replayOf, prefix, gitBranch, ...noticed] = used;
  const [runaway, serviceTier, counts, own, costNano, priceId] = noticed;
  const record: ExchangeRecord = {
    id,
    userId,
    apiKeyId,
    agent,
    session,
    project,
    surface,
    stream,
    modelAsked,
    modelRouted,
    modelServed,
    provider,
    plan: plan === null ? null : toPlan(plan),
    attempts: attempts.map(toAttempt),
    outcome,
    status,
    errorCode,
    errorMessage,
    finishReason,
    queueUs,
    firstByteUs,
    firstTokenUs,
    totalUs,
    usage: toUsage(usage),
    usageSource,
    losses,
    bytesIn,
    bytesOut,
    joinedTo,
    replayOf,
    prefix,
    gitBranch,
    runaway,
    serviceTier,
    counts,
    own,
    cost: toCost(costNano, priceId, prices),
  };
  return { instanceId, record };
}

function toPlan([matched, targets, leftOut, leftOutMore, variant]: PlanNote): PlanRecord {
  return {
    matched,
    targets: targets.map(([provider, model, wire, reason]) => ({ provider, model, wire, reason })),
    leftOut,
    leftOutMore,
    variant,
  };
}

function toAttempt(note: AttemptNote): AttemptRecord {
  const [provider, model, status, errorCode, reason, startedUs, firstByteUs, endedUs, used] = note;
  const attempt = { provider, model, status, errorCode, reason, startedUs, firstByteUs, endedUs };
  return used === null ? attempt : { ...attempt, used };
}

function toUsage(note: UsageNote): Usage {
  const [inputUncached, cacheRead, cacheWrite5m, cacheWrite1h, output, reasoning, audioInput, audioOutput] = note;
  return { inputUncached, cacheRead, cacheWrite5m, cacheWrite1h, output, reasoning, audioInput, audioOutput };
}

function toCost(
  nano: number | null,
  priceId: number | null,
  prices: ReadonlyMap<number, JsonObject>,
): RecordedCost | null {
  if (nano === null || priceId === null) return null;
  return { nano, priceId, price: prices.get(priceId) ?? null };
}
