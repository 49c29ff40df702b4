import { getEventListeners } from "node:events";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GatewayError } from "../../../src-gateway/ir/errors.ts";
import { createAdmission } from "../../../src-gateway/limits/admission.ts";
import type { AdmissionRequest, Permit, Priority } from "../../../src-gateway/limits/types.ts";
import { QUEUE_MODES, type QueueMode } from "../../../src-gateway/settings/types.ts";
import { NaiveAdmission, NaiveGate, type NaiveRequest, type Outcome } from "./naive-admission.ts";
import { virtualTime } from "./virtual-time.ts";

/** All that follows from what has happened has happened, too. */
const settled = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

const MAX_IN_FLIGHT = 3;
const MAX_BYTES = 10;
const MAX_WAITING = 4;
const TIMEOUT_MS = 1000;

interface Arriving {
  owner: string;
  priority: number;
  bytes: number;
  /** Null enters the process. */
  target: { provider: string; key: string } | null;
  isTry: boolean;
}

type Step =
  | ({ do: "arrive" } & Arriving)
  | { do: "release" | "abort"; which: number }
  | { do: "advance"; ms: number }
  | { do: "reload"; maximum: number | null };

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("arrive" as const),
      owner: fc.constantFrom("a", "b", "c"),
      priority: fc.nat(9),
      bytes: fc.nat(11),
      target: fc.option(fc.record({ provider: fc.constantFrom("p", "q"), key: fc.constantFrom("k", "l") })),
      isTry: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constantFrom("release" as const, "abort" as const), which: fc.nat(10_000) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("advance" as const), ms: fc.integer({ min: 1, max: 700 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("reload" as const), maximum: fc.option(fc.integer({ min: 1, max: 3 })) }),
  },
);

interface Tracked {
  naive: NaiveRequest;
  outcome: Outcome;
  permit: Permit | null;
  controller: AbortController;
}

/** The real one and its naive twin, side by side. */
class Twins {
  readonly time = virtualTime();
  readonly naive = new NaiveAdmission(MAX_WAITING, TIMEOUT_MS);
  readonly tracked: Tracked[] = [];
  readonly admitted: number[] = [];
  /** Whether those who try and do not wait got in: really, and as the naive one has it. */
  readonly tries: { real: boolean; naive: boolean }[] = [];
  readonly maxima = { p: 2 as number | null };
  readonly real;
  readonly #mode: QueueMode;
  readonly #gates = new Map<string, NaiveGate>();
  /** Owners of those who were really turned away in this step, in turn. */
  #turnedAway: string[] = [];
  /** How many the naive one had turned away before it. */
  #turnedAwayBefore = 0;

  constructor(mode: QueueMode) {
    this.#mode = mode;
    this.real = createAdmission({
      clock: this.time.clock,
      schedule: this.time.schedule,
      settings: {
        maxInFlight: MAX_IN_FLIGHT,
        maxInFlightBytes: MAX_BYTES,
        maxWaiting: MAX_WAITING,
        queueTimeoutMs: TIMEOUT_MS,
        queueMode: mode,
      },
      maxima: {
        clientKey: (owner) => (owner === "a" ? 2 : null),
        provider: (id) => (id === "p" ? this.maxima.p : null),
        providerKey: (_provider, key) => (key === "k" ? 1 : null),
      },
    });
    // Who was turned away first may have had to go for another reason, and its owner can be among the largest, too.
    this.naive.crowd = (isLargest) =>
      this.#turnedAway.slice(this.#naivelyTurnedAway() - this.#turnedAwayBefore).find(isLargest) ?? "";
  }

  #naivelyTurnedAway(): number {
    return this.tracked.filter(({ naive }) => naive.outcome === "turned away").length;
  }

  gate(name: string, maximum: number | null, maxBytes?: number): NaiveGate {
    const gate = this.#gates.get(name) ?? new NaiveGate(this.#mode, maximum, maxBytes);
    this.#gates.set(name, gate);
    return gate;
  }

  #gatesFor({ owner, target }: Arriving): [NaiveGate, NaiveGate] {
    if (target === null)
      return [this.gate(`owner ${owner}`, owner === "a" ? 2 : null), this.gate("process", MAX_IN_FLIGHT, MAX_BYTES)];
    const { provider, key } = target;
    return [
      this.gate(`key ${provider}/${key}`, key === "k" ? 1 : null),
      this.gate(`provider ${provider}`, provider === "p" ? this.maxima.p : null),
    ];
  }

  async run(step: Step): Promise<void> {
    this.#turnedAway = [];
    this.#turnedAwayBefore = this.#naivelyTurnedAway();
    if (step.do === "arrive") return this.arrive(step);
    if (step.do === "advance") {
      this.time.advance(step.ms);
      await settled();
      return this.naive.advance(step.ms);
    }
    if (step.do === "reload") {
      this.maxima.p = step.maximum;
      this.real.refresh();
      await settled();
      this.gate("provider p", null).maximum = step.maximum;
      for (const name of ["provider p", "key p/k", "key p/l"])
        if (this.#gates.has(name)) this.naive.admit(this.gate(name, null));
      return;
    }
    const one = this.tracked[step.which % Math.max(1, this.tracked.length)];
    if (!one) return;
    if (step.do === "abort") one.controller.abort(new Error("left"));
    else one.permit?.release();
    await settled();
    if (step.do === "abort") return this.naive.abort(one.naive);
    if (one.outcome === "admitted") one.outcome = "released";
    this.naive.release(one.naive);
  }

  async arrive(arriving: Arriving): Promise<void> {
    const { owner, priority, bytes, target, isTry } = arriving;
    const controller = new AbortController();
    const id = this.tracked.length;
    const naive: NaiveRequest = {
      id,
      owner,
      priority,
      bytes,
      gates: this.#gatesFor(arriving),
      passed: 0,
      outcome: "waiting",
      deadlineMs: Infinity,
      timer: 0,
    };
    const one: Tracked = { naive, outcome: "waiting", permit: null, controller };
    const request: AdmissionRequest = {
      owner,
      priority: priority as Priority,
      bytes,
      signal: controller.signal,
      onPosition() {},
    };
    const admit = (permit: Permit): void => {
      one.permit = permit;
      one.outcome = "admitted";
      this.admitted.push(id);
    };
    if (isTry) {
      const permit = target ? this.real.tryEnterTarget(target, request) : this.real.tryEnter(request);
      this.tries.push({ real: permit !== null, naive: this.naive.tryEnter(naive) });
      if (permit === null) return;
      admit(permit);
      this.tracked.push(one);
      return;
    }
    this.tracked.push(one);
    const entered = target ? this.real.enterTarget(target, request) : this.real.enter(request);
    entered.then(admit, (error: unknown) => {
      one.outcome = outcomeOf(error);
      if (one.outcome === "turned away") this.#turnedAway.push(owner);
    });
    await settled();
    this.naive.enter(naive);
    // One that is let in at once can only hear of it after those whom it let in on its way.
    const place = this.naive.admitted.indexOf(id);
    if (place >= 0) this.naive.admitted.push(...this.naive.admitted.splice(place, 1));
  }

  naiveStatus(): { inFlight: number; bytes: number; waiting: number } {
    const process = this.gate("process", MAX_IN_FLIGHT, MAX_BYTES);
    const waiting = [...this.#gates.values()].reduce((sum, { queue }) => sum + queue.waiting.length, 0);
    return { inFlight: process.held.length, bytes: process.bytes, waiting };
  }
}

function compare(twins: Twins): void {
  expect(twins.tries.map(({ real }) => real)).toEqual(twins.tries.map(({ naive }) => naive));
  expect(twins.tracked.map(({ outcome }) => outcome)).toEqual(twins.tracked.map(({ naive }) => naive.outcome));
  expect(twins.admitted).toEqual(twins.naive.admitted);
  const { inFlight, bytes, waiting } = twins.real.status();
  expect({ inFlight, bytes, waiting }).toEqual(twins.naiveStatus());
  expect(inFlight).toBeLessThanOrEqual(MAX_IN_FLIGHT);
  expect(bytes).toBeLessThanOrEqual(MAX_BYTES);
}

function outcomeOf(error: unknown): Outcome {
  if (!(error instanceof GatewayError)) return "aborted";
  if (error.code === "body_too_large") return "too large";
  expect(error.code).toBe("overloaded");
  expect(error.retryAfterMs).toBeGreaterThanOrEqual(1000);
  if (error.message.includes("did not get its turn")) return "timed out";
  return error.message.includes("others came before") ? "turned away" : "full";
}

describe.each(QUEUE_MODES)("admission in mode %s", (mode) => {
  it("does as its naive twin does, whatever happens, and holds nothing in the end", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { maxLength: 80, size: "max" }), async (steps) => {
        const twins = new Twins(mode);
        for (const each of steps) {
          await twins.run(each);
          compare(twins);
        }
        for (const { controller } of twins.tracked) controller.abort(new Error("left"));
        // A large body that left has let others in.
        await settled();
        for (const { permit } of twins.tracked) {
          permit?.release();
          permit?.release();
        }
        expect(twins.real.status()).toEqual({ inFlight: 0, bytes: 0, waiting: 0, limits: [] });
        expect(twins.time.pending()).toBe(0);
        for (const { controller } of twins.tracked) expect(getEventListeners(controller.signal, "abort")).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });
});
