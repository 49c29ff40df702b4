import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_STATES } from "../../../src-gateway/health/states.ts";
import type { AttemptOutcome, AttemptTicket, HealthTarget } from "../../../src-gateway/health/types.ts";
import {
  ANSWERED,
  failed,
  type HealthWorld,
  healthWorld,
  OVERLOADED,
  RULES,
  target,
  throttled,
} from "./health-world.ts";

/** The deadlines that a provider or its operator set, kept in the plainest way there is. */
interface Deadline {
  concerns(target: HealthTarget): boolean;
  untilMs: number;
}

interface OpenAttempt {
  target: HealthTarget;
  ticket: AttemptTicket;
  beganMs: number;
  /** It went through a circuit that was half-open. */
  probes: { provider: string; model: string | null }[];
}

interface Run {
  health: HealthWorld;
  deadlines: Deadline[];
  open: OpenAttempt[];
}

const LEASE_MS = 60_000;

const isTarget = (one: HealthTarget) => (other: HealthTarget) =>
  one.provider === other.provider && one.key === other.key && one.model === other.model;

function expected(run: Run, of: HealthTarget): number {
  return Math.max(0, ...run.deadlines.filter(({ concerns }) => concerns(of)).map(({ untilMs }) => untilMs));
}

function begin(run: Run, of: HealthTarget): void {
  const { health } = run;
  const now = health.nowMs();
  const halfOpen = health
    .circuits()
    .filter(({ provider, model }) => provider === of.provider && (model === null || model === of.model));
  const availableAtMs = health.availableAtMs(of);
  const ticket = health.begin(of);
  expect(ticket !== null).toBe(availableAtMs <= now);
  expect(health.reason(of) === null).toBe(ticket !== null && halfOpen.length === 0);
  if (ticket === null) return;
  expect(expected(run, of)).toBeLessThanOrEqual(now);
  const rivals = run.open.filter(
    ({ beganMs, probes }) =>
      now - beganMs < LEASE_MS &&
      probes.some((probe) =>
        halfOpen.some(({ provider, model }) => provider === probe.provider && model === probe.model),
      ),
  );
  expect(rivals).toEqual([]);
  expect(halfOpen.filter(({ circuit }) => circuit === "open")).toEqual([]);
  run.open.push({ target: of, ticket, beganMs: now, probes: halfOpen });
}

function end(run: Run, at: number, outcome: AttemptOutcome): void {
  const [attempt] = run.open.splice(at % Math.max(1, run.open.length), 1);
  if (!attempt) return;
  const now = run.health.nowMs();
  attempt.ticket.end(outcome);
  const { target: of } = attempt;
  const order = orderOf(outcome, of);
  if (order) run.deadlines.push({ concerns: order.concerns, untilMs: now + order.ms });
  expect(run.health.availableAtMs(of)).toBeGreaterThanOrEqual(expected(run, of) > now ? expected(run, of) : 0);
}

/** What the end of an attempt asks for, in so many words. */
function orderOf(outcome: AttemptOutcome, of: HealthTarget): { concerns: Deadline["concerns"]; ms: number } | null {
  if (outcome.kind !== "failed") return null;
  const askedMs = outcome.retryAfterMs ?? 0;
  const hasKey = ({ provider, key }: HealthTarget): boolean => provider === of.provider && key === of.key;
  switch (outcome.status) {
    case 401:
    case 402:
      return { concerns: hasKey, ms: Math.max(askedMs, RULES.keyRestMs) };
    case 403:
      return { concerns: isTarget(of), ms: RULES.keyRestMs };
    case 429:
      return { concerns: isTarget(of), ms: askedMs || 1_000 };
    case 503:
      return { concerns: ({ provider, model }) => provider === of.provider && model === of.model, ms: askedMs };
    default:
      return null;
  }
}

const targets = fc.record({
  provider: fc.constantFrom("a", "a", "a", "b"),
  key: fc.constantFrom("one", "two"),
  model: fc.constantFrom("m", "n"),
});
const pause = fc.oneof(fc.constant(null), fc.integer({ min: 0, max: 120_000 }));
const outcomes: fc.Arbitrary<AttemptOutcome> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<AttemptOutcome>(ANSWERED) },
  { weight: 3, arbitrary: pause.map((ms) => failed("overloaded", 503, ms)) },
  { weight: 3, arbitrary: fc.constant(failed("provider_unreachable")) },
  pause.map(throttled),
  pause.map((ms) => failed("quota_exceeded", 402, ms)),
  fc.constantFrom<AttemptOutcome>(
    failed("provider_auth_failed", 401),
    failed("provider_auth_failed", 403),
    failed("model_not_found", 404),
    failed("invalid_request", 400),
    { kind: "broken", errorCode: "provider_cut" },
    { kind: "unrelated" },
  ),
);

/** A step that says what it is when a run has failed. */
const step = (words: string, run: (run: Run) => void) => Object.assign(run, { [fc.toStringMethod]: () => words });

function resetAll(run: Run): void {
  run.health.reset({});
  run.deadlines = [];
  // What was to find out something has nothing to find out any more.
  for (const attempt of run.open) attempt.probes = [];
  for (const { availableAtMs } of run.health.status()) expect(availableAtMs).toBe(0);
}

const steps = fc.oneof(
  {
    weight: 6,
    arbitrary: targets.map((of) => step(`begin ${Object.values(of).join("/")}`, (run) => begin(run, of))),
  },
  {
    weight: 5,
    arbitrary: fc
      .tuple(fc.nat(20), outcomes)
      .map(([at, outcome]) => step(`end ${at} ${JSON.stringify(outcome)}`, (run) => end(run, at, outcome))),
  },
  {
    weight: 2,
    arbitrary: fc.integer({ min: 1, max: 90_000 }).map((ms) => step(`pass ${ms}`, (run) => run.health.pass(ms))),
  },
  { weight: 1, arbitrary: fc.constant(step("reset", resetAll)) },
);

/** Long, or circuits would hardly ever open. */
const runs = fc.array(steps, { minLength: 150, maxLength: 400, size: "max" });
const chances = fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 1, maxLength: 20 });

function play(list: ((run: Run) => void)[], failures: number, chance: readonly number[] = [0]): HealthWorld {
  let drawn = 0;
  const health = healthWorld({ failures }, () => chance[drawn++ % chance.length] ?? 0);
  const run: Run = { health, deadlines: [], open: [] };
  for (const doNext of list) doNext(run);
  return health;
}

describe("whatever happens to attempts", () => {
  it("none begins before the latest of all deadlines, and a half-open circuit lets one through at a time", () => {
    fc.assert(
      fc.property(runs, fc.constantFrom(1, 3), chances, (list, failures, chance) => void play(list, failures, chance)),
      { numRuns: 200 },
    );
  });

  it("everything can be asked again in the end, without anybody's help", () => {
    fc.assert(
      fc.property(runs, (list) => {
        const health = play(list, 2);
        health.pass(3_600_000);
        for (const each of health.status()) expect(health.reason(each)).toBeNull();
      }),
      { numRuns: 100 },
    );
  });

  it("down and recovered take turns for each circuit and key", () => {
    fc.assert(
      fc.property(runs, fc.constantFrom(1, 3), (list, failures) => {
        const last = new Map<string, string>();
        for (const { kind, ...event } of play(list, failures).events) {
          if (kind === "degraded" || ("from" in event && event.from === "degraded")) continue;
          const name = JSON.stringify([event.provider, event.model, "key" in event ? event.key : null]);
          expect([name, kind]).toEqual([name, last.get(name) === "down" ? "recovered" : "down"]);
          last.set(name, kind);
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe("what is remembered", () => {
  it("is bounded, however many models clients make up, and what rests is forgotten last", () => {
    const health = healthWorld({ failures: 1 });
    health.attempt(target("a", "resting"), throttled(86_400_000));
    health.attempt(target("a", "open"), OVERLOADED);
    for (let n = 0; n < 5 * MAX_STATES; n++) health.attempt(target("a", `model ${n}`), ANSWERED);
    expect(health.status()).toHaveLength(MAX_STATES);
    expect(health.begin(target("a", "resting"))).toBeNull();
    expect(health.begin(target("a", "open"))).toBeNull();
  });

  it("stays bounded even when everything rests", () => {
    const health = healthWorld();
    for (let n = 0; n < 2 * MAX_STATES; n++) health.attempt(target("a", `model ${n}`), throttled(86_400_000));
    expect(health.status()).toHaveLength(MAX_STATES);
  });
});
