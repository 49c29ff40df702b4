/**
 * Exchanges that differ in nothing but numbers, as most of those of one client with one model do: where one of them is
 * known, the others are a row of numbers, which takes a tenth of the work of a text.
 */
import type { AttemptRecord, ExchangeRecord, PlanRecord, RecordedCost } from "../ir/exchange-record.ts";
import type { ExchangeRow } from "./exchange-rows.ts";
import type { OwnedRecord } from "./group-writer.ts";
import { packPrefix } from "./pack-prefix.ts";

/** How many there are of each. */
export const NUMBERS = 21;

/** Whether `fromNumbers` makes the one from the other and `putNumbers`. Says no where it would take long to know. */
export const isAlike = (owned: OwnedRecord, other: OwnedRecord): boolean =>
  owned.instanceId === other.instanceId &&
  isSameCaller(owned.record, other.record) &&
  owned.record.finishReason === other.record.finishReason &&
  isAskedAlike(owned.record, other.record);

/** Whether they came from one client, at the same work. */
export const isSameCaller = (a: ExchangeRecord, b: ExchangeRecord): boolean =>
  a.session === b.session &&
  a.userId === b.userId &&
  a.apiKeyId === b.apiKeyId &&
  a.agent === b.agent &&
  a.project === b.project &&
  a.gitBranch === b.gitBranch;

/** The same whoever they came from, and but for how they finished. */
export const isAskedAlike = (a: ExchangeRecord, b: ExchangeRecord): boolean =>
  a.outcome === b.outcome &&
  a.modelAsked === b.modelAsked &&
  a.surface === b.surface &&
  a.stream === b.stream &&
  a.modelRouted === b.modelRouted &&
  a.modelServed === b.modelServed &&
  a.provider === b.provider &&
  a.status === b.status &&
  a.errorCode === b.errorCode &&
  a.errorMessage === b.errorMessage &&
  a.usageSource === b.usageSource &&
  a.joinedTo === b.joinedTo &&
  a.replayOf === b.replayOf &&
  a.runaway === b.runaway &&
  a.serviceTier === b.serviceTier &&
  a.losses.length + b.losses.length === 0 &&
  a.counts === null &&
  b.counts === null &&
  a.own === null &&
  b.own === null &&
  (a.prefix === null || a.prefix.firstDifference === null) &&
  isOfOnePrice(a.cost, b.cost) &&
  isSamePlan(a.plan, b.plan) &&
  isTriedAlike(a.attempts, b.attempts);

const isOfOnePrice = (cost: RecordedCost | null, other: RecordedCost | null): boolean =>
  cost === null || other === null ? cost === other : cost.priceId === other.priceId;

/** Lists of what was left out are not looked through: those of most plans are empty. */
const isSamePlan = (plan: PlanRecord | null, other: PlanRecord | null): boolean =>
  plan === other ||
  (plan !== null &&
    other !== null &&
    plan.matched === other.matched &&
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

function isTriedAlike(attempts: readonly AttemptRecord[], others: readonly AttemptRecord[]): boolean {
  if (attempts.length !== others.length || attempts.length > 1) return false;
  const [[attempt], [other]] = [attempts, others];
  return (
    attempt === undefined ||
    other === undefined ||
    (attempt.provider === other.provider &&
      attempt.model === other.model &&
      attempt.status === other.status &&
      attempt.errorCode === other.errorCode &&
      attempt.reason === other.reason &&
      attempt.used === undefined &&
      other.used === undefined)
  );
}

/** Those of an exchange that is like another one. @returns where they end. */
export function putNumbers(of: ExchangeRecord, into: Float64Array, start: number): number {
  const { usage, cost, prefix } = of;
  const attempt = of.attempts[0];
  let at = start;
  into[at++] = of.id;
  into[at++] = numberOf(of.queueUs);
  into[at++] = numberOf(of.firstByteUs);
  into[at++] = numberOf(of.firstTokenUs);
  into[at++] = numberOf(of.totalUs);
  into[at++] = numberOf(usage.inputUncached);
  into[at++] = numberOf(usage.cacheRead);
  into[at++] = numberOf(usage.cacheWrite5m);
  into[at++] = numberOf(usage.cacheWrite1h);
  into[at++] = numberOf(usage.output);
  into[at++] = numberOf(usage.reasoning);
  into[at++] = numberOf(usage.audioInput);
  into[at++] = numberOf(usage.audioOutput);
  into[at++] = numberOf(of.bytesIn);
  into[at++] = numberOf(of.bytesOut);
  into[at++] = cost === null ? Number.NaN : numberOf(cost.nano);
  into[at++] = prefix === null ? Number.NaN : numberOf(prefix.sharedBytes);
  into[at++] = prefix === null ? Number.NaN : numberOf(prefix.totalBytes);
  into[at++] = attempt === undefined ? Number.NaN : numberOf(attempt.startedUs);
  into[at++] = attempt === undefined ? Number.NaN : numberOf(attempt.firstByteUs);
  into[at++] = attempt === undefined ? Number.NaN : numberOf(attempt.endedUs);
  return at;
}

/**
 * The same numbers where they stand in a row, as `toRow` puts them there.
 * @param row of an exchange whose attempt says nothing that its row does not say.
 */
export function putIntoRow(numbers: Float64Array, start: number, row: ExchangeRow): void {
  let at = start;
  row.id = orZero(numbers[at++]);
  row.queue_us = orNull(numbers[at++]);
  row.first_byte_us = orNull(numbers[at++]);
  row.first_token_us = orNull(numbers[at++]);
  row.total_us = orNull(numbers[at++]);
  row.input_uncached = orZero(numbers[at++]);
  row.cache_read = orZero(numbers[at++]);
  row.cache_write_5m = orZero(numbers[at++]);
  row.cache_write_1h = orZero(numbers[at++]);
  row.output_tokens = orZero(numbers[at++]);
  row.reasoning = orZero(numbers[at++]);
  row.audio_input = orZero(numbers[at++]);
  row.audio_output = orZero(numbers[at++]);
  row.bytes_in = orZero(numbers[at++]);
  row.bytes_out = orZero(numbers[at++]);
  row.cost_nano = orNull(numbers[at++]);
  const sharedBytes = orNull(numbers[at++]);
  const totalBytes = orNull(numbers[at++]);
  row.prefix =
    sharedBytes === null || totalBytes === null ? null : packPrefix({ sharedBytes, totalBytes, firstDifference: null });
  // When the attempt began, and when it was heard of, the row says already.
  row.attempt_ended_us = orNull(numbers[at + 2]);
}

/** What is none becomes null, as in JSON. */
const numberOf = (value: number | null): number => (value === null ? Number.NaN : value);

/** An exchange that is like the other one, but for these numbers. */
export function fromNumbers({ instanceId, record: like }: OwnedRecord, numbers: Float64Array): OwnedRecord {
  const [id, queueUs, firstByteUs, firstTokenUs, totalUs, ...counted] = Array.from(numbers, (number) => orNull(number));
  const [inputUncached, cacheRead, cacheWrite5m, cacheWrite1h, output, ...more] = counted.map(orZero);
  const [reasoning = 0, audioInput = 0, audioOutput = 0, bytesIn = 0, bytesOut = 0] = more;
  const [nano, sharedBytes, totalBytes, startedUs, attemptByteUs, endedUs] = counted.slice(10);
  const [attempt] = like.attempts;
  const record: ExchangeRecord = {
    ...like,
    id: orZero(id),
    queueUs: queueUs ?? null,
    firstByteUs: firstByteUs ?? null,
    firstTokenUs: firstTokenUs ?? null,
    totalUs: totalUs ?? null,
    usage: {
      inputUncached: orZero(inputUncached),
      cacheRead: orZero(cacheRead),
      cacheWrite5m: orZero(cacheWrite5m),
      cacheWrite1h: orZero(cacheWrite1h),
      output: orZero(output),
      reasoning,
      audioInput,
      audioOutput,
    },
    bytesIn,
    bytesOut,
    cost: like.cost === null || nano == null ? null : { ...like.cost, nano },
    prefix: sharedBytes == null || totalBytes == null ? null : { sharedBytes, totalBytes, firstDifference: null },
    attempts:
      attempt === undefined
        ? []
        : [
            {
              ...attempt,
              startedUs: orZero(startedUs),
              firstByteUs: attemptByteUs ?? null,
              endedUs: endedUs ?? null,
            },
          ],
  };
  return { instanceId, record };
}

const orNull = (number: number | undefined): number | null =>
  number !== undefined && Number.isFinite(number) ? number + 0 : null;
/** Zero has no sign in a row. */
const orZero = (number: number | null | undefined): number => (number ?? 0) + 0;
