/** Exchange records for tests: a plain one to start from, and any that could be. */
import fc from "fast-check";
import type { AttemptRecord, ExchangeRecord, PlanRecord } from "../../src-gateway/ir/exchange-record.ts";
import { OUTCOMES } from "../../src-gateway/ir/exchange-record.ts";
import { PROVIDER_WIRES, SURFACES } from "../../src-gateway/ir/protocol.ts";
import { NO_USAGE, type Usage } from "../../src-gateway/ir/usage.ts";

/** 2026-11-21 00:00 UTC. */
export const FIRST_ID = 1_795_219_200_000_000;

/** One that went well. */
export function completedRecord(id: number, changes: Partial<ExchangeRecord> = {}): ExchangeRecord {
  return {
    id,
    userId: 1,
    apiKeyId: 1,
    agent: "claude-code/2.1.329",
    session: "s-1",
    project: null,
    surface: "messages",
    stream: true,
    modelAsked: "claude-sonnet",
    modelRouted: "claude-sonnet-4-5",
    modelServed: "claude-sonnet-4-5-20260101",
    provider: "anthropic",
    plan: {
      matched: 'the route "claude-*"',
      targets: [
        {
          provider: "anthropic",
          model: "claude-sonnet-4-5",
          wire: "anthropic-messages",
          reason: "the route names it first",
        },
      ],
      leftOut: [],
      leftOutMore: 0,
      variant: null,
    },
    attempts: [
      {
        provider: "anthropic",
        model: "claude-sonnet-4-5",
        status: 200,
        errorCode: null,
        reason: "the route names it first",
        startedUs: 900,
        firstByteUs: 210_000,
        endedUs: 1_400_000,
      },
    ],
    outcome: "completed",
    status: 200,
    errorCode: null,
    errorMessage: null,
    finishReason: "end_turn",
    queueUs: 900,
    firstByteUs: 210_000,
    firstTokenUs: 260_000,
    totalUs: 1_400_321,
    usage: { ...NO_USAGE, inputUncached: 10, cacheRead: 2_000, cacheWrite5m: 300, output: 42, reasoning: 7 },
    usageSource: "provider",
    losses: [],
    bytesIn: 5_120,
    bytesOut: 7_168,
    joinedTo: null,
    replayOf: null,
    prefix: null,
    gitBranch: null,
    runaway: null,
    own: null,
    serviceTier: null,
    counts: null,
    cost: null,
    ...changes,
  };
}

/** The same before it was answered. */
export function openRecord(id: number, changes: Partial<ExchangeRecord> = {}): ExchangeRecord {
  return completedRecord(id, {
    outcome: "open",
    modelServed: null,
    plan: null,
    attempts: [],
    status: null,
    finishReason: null,
    queueUs: null,
    firstByteUs: null,
    firstTokenUs: null,
    totalUs: null,
    usage: { ...NO_USAGE },
    usageSource: "none",
    bytesOut: 0,
    ...changes,
  });
}

const text = fc.string({ unit: "binary", maxLength: 80 }).map((value) => value.replaceAll("\0", "").toWellFormed());
const us = fc.integer({ min: 0, max: 3_600_000_000 });
const count = fc.integer({ min: 0, max: 2_000_000_000 });
const orNull = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(values, { nil: null });

const anyUsage: fc.Arbitrary<Usage> = fc.record({
  inputUncached: count,
  cacheRead: count,
  cacheWrite5m: count,
  cacheWrite1h: count,
  output: count,
  reasoning: count,
  audioInput: count,
  audioOutput: count,
});

const anyAttempt: fc.Arbitrary<AttemptRecord> = fc.record(
  {
    provider: text,
    model: text,
    status: orNull(fc.integer({ min: 100, max: 599 })),
    errorCode: orNull(text),
    reason: text,
    startedUs: us,
    firstByteUs: orNull(us),
    endedUs: orNull(us),
    used: fc.record({
      usage: anyUsage,
      modelServed: orNull(text),
      serviceTier: orNull(text),
      counts: fc.constantFrom(null, { images: 2, requests: 1 }),
      cost: orNull(fc.record({ nano: count, priceId: count, price: fc.constant(null) })),
    }),
  },
  { requiredKeys: ["provider", "model", "status", "errorCode", "reason", "startedUs", "firstByteUs", "endedUs"] },
);

const anyPlan: fc.Arbitrary<PlanRecord> = fc.record({
  matched: text,
  targets: fc.array(
    fc.record({ provider: text, model: text, wire: fc.constantFrom(...PROVIDER_WIRES), reason: text }),
    { maxLength: 3 },
  ),
  leftOut: fc.array(fc.record({ provider: text, model: text, why: text }), { maxLength: 3 }),
  leftOutMore: fc.constantFrom(0, 7),
  variant: orNull(text),
});

export const anyRecord: fc.Arbitrary<ExchangeRecord> = fc
  .record({
    id: fc.integer({ min: 1, max: 2 ** 52 }),
    userId: orNull(count),
    apiKeyId: orNull(count),
    agent: orNull(text),
    session: orNull(text),
    project: orNull(text),
    surface: fc.constantFrom(...SURFACES),
    stream: fc.boolean(),
    modelAsked: orNull(text),
    modelRouted: orNull(text),
    modelServed: orNull(text),
    provider: orNull(text),
    plan: orNull(anyPlan),
    attempts: fc.array(anyAttempt, { maxLength: 3 }),
    outcome: fc.constantFrom(...OUTCOMES),
    status: orNull(fc.integer({ min: 100, max: 599 })),
    errorCode: orNull(text),
    errorMessage: orNull(text),
    finishReason: orNull(text),
    queueUs: orNull(us),
    firstByteUs: orNull(us),
    firstTokenUs: orNull(us),
    totalUs: orNull(us),
    usage: fc.record({
      inputUncached: count,
      cacheRead: count,
      cacheWrite5m: count,
      cacheWrite1h: count,
      output: count,
      reasoning: count,
      audioInput: count,
      audioOutput: count,
    }),
    usageSource: fc.constantFrom("provider" as const, "estimated" as const, "none" as const),
    losses: fc.array(
      fc.record({
        field: text,
        verdict: fc.constantFrom("dropped" as const, "emulated" as const, "clamped" as const),
        note: text,
      }),
      { maxLength: 3 },
    ),
    bytesIn: count,
    bytesOut: count,
    joinedTo: orNull(fc.integer({ min: 1, max: 2 ** 52 })),
    replayOf: orNull(fc.integer({ min: 1, max: 2 ** 52 })),
    gitBranch: orNull(text),
    runaway: orNull(text),
    own: orNull(fc.record({ input: count, output: count })),
    serviceTier: orNull(text),
    counts: orNull(fc.constant({ webSearches: 2 })),
    cost: orNull(fc.record({ nano: count, priceId: fc.integer({ min: 1, max: 2 ** 48 }), price: fc.constant(null) })),
    prefix: orNull(
      fc.record({
        sharedBytes: count,
        totalBytes: count,
        firstDifference: orNull(fc.record({ path: text, by: fc.constantFrom("client" as const, "gateway" as const) })),
      }),
    ),
  })
  .chain((record) =>
    // Often one attempt that says nothing but what the exchange says, and a plan of it alone: they are stored in another way.
    fc
      .boolean()
      .map((isPlain) =>
        isPlain
          ? planned({ ...record, attempts: record.attempts.slice(0, 1).map((one) => agree(one, record)) })
          : record,
      ),
  );

const planned = (record: ExchangeRecord): ExchangeRecord => {
  const [attempt] = record.attempts;
  const [target] = record.plan?.targets ?? [];
  if (!attempt || !target || !record.plan) return record;
  const { provider, model, reason } = attempt;
  return { ...record, plan: { ...record.plan, targets: [{ ...target, provider, model, reason }] } };
};

const agree = (attempt: AttemptRecord, record: ExchangeRecord): AttemptRecord => ({
  ...attempt,
  provider: record.provider ?? attempt.provider,
  model: record.modelRouted ?? attempt.model,
  status: record.status,
  errorCode: null,
  startedUs: record.queueUs ?? attempt.startedUs,
  firstByteUs: record.firstByteUs,
});
