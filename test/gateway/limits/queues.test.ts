import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createQueue } from "../../../src-gateway/limits/create-queue.ts";
import type { Priority } from "../../../src-gateway/limits/types.ts";
import type { Waiter } from "../../../src-gateway/limits/waiter-list.ts";
import type { WaitingQueue } from "../../../src-gateway/limits/waiting-queue.ts";
import { QUEUE_MODES, type QueueMode } from "../../../src-gateway/settings/types.ts";
import { NaiveQueue } from "./naive-queue.ts";

type Named = Waiter & { name: string };

let count = 0;
const waiter = (owner: string, priority: number): Named => ({
  name: `${owner}${priority}#${++count}`,
  owner,
  priority: priority as Priority,
  bytes: 0,
  position: 0,
  list: null,
  before: null,
  after: null,
  admit() {},
  turnAway() {},
  onPosition() {},
});
const names = (waiters: (Waiter | null)[]): string[] => waiters.map((each) => (each as Named | null)?.name ?? "");
const takeAll = (queue: WaitingQueue): Named[] => {
  const all: Named[] = [];
  for (let next = queue.take(); next; next = queue.take()) all.push(next as Named);
  return all;
};

type Step = { do: "add"; owner: string; priority: number } | { do: "take" } | { do: "remove"; which: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("add" as const),
      owner: fc.constantFrom("a", "b", "c", "d"),
      priority: fc.nat(9),
    }),
  },
  { weight: 3, arbitrary: fc.constant({ do: "take" as const }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("remove" as const), which: fc.nat(1000) }) },
);

interface Twins {
  mode: QueueMode;
  queue: WaitingQueue;
  naive: NaiveQueue<Named>;
}

function addToBoth({ mode, queue, naive }: Twins, { owner, priority }: { owner: string; priority: number }): void {
  const one = waiter(owner, priority);
  const place = queue.add(one);
  naive.add(one);
  const exact = naive.inOrder().indexOf(one) + 1;
  const isExact = mode === "strict" || (mode === "hybrid" && priority <= 2);
  expect(place).toBeGreaterThanOrEqual(exact);
  expect(place).toBeLessThanOrEqual(isExact ? exact : queue.size);
}

function takeFromBoth({ queue, naive }: Twins): void {
  const [next, taken] = [queue.next(), queue.take()];
  expect(names([next, taken])).toEqual(names(Array<Named | null>(2).fill(naive.take())));
}

function removeFromBoth({ queue, naive }: Twins, which: number): void {
  const one = naive.waiting[which % Math.max(1, naive.waiting.length)];
  if (!one) return;
  queue.remove(one);
  naive.remove(one);
  expect(one.list).toBeNull();
}

describe.each(QUEUE_MODES)("the queue of mode %s", (mode) => {
  it("gives turns as its naive twin does, whoever comes and goes", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120, size: "max" }), (steps) => {
        const twins: Twins = { mode, queue: createQueue(mode), naive: new NaiveQueue<Named>(mode) };
        const { queue, naive } = twins;
        for (const each of steps) {
          if (each.do === "add") addToBoth(twins, each);
          else if (each.do === "take") takeFromBoth(twins);
          else removeFromBoth(twins, each.which);
          expect(queue.size).toBe(naive.waiting.length);
          expect(names(queue.inOrder())).toEqual(names(naive.inOrder()));
        }
        expect(names(takeAll(queue))).toEqual(names(naive.inOrder()));
        expect(queue.size).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  it("names for a newcomer whom its naive twin would send away", () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 60, size: "max" }),
        fc.constantFrom("a", "b", "e"),
        fc.nat(9),
        (steps, owner, priority) => {
          const { queue, naive } = played(mode, steps);
          const newcomer = waiter(owner, priority);
          const displaced = queue.displacedBy(newcomer) as Named | null;
          // Among owners with as many waiters it may be any; the one that was chosen has to be among them.
          naive.crowd = (isLargest) => (displaced && isLargest(displaced.owner) ? displaced.owner : "");
          expect(names([displaced])).toEqual(names([naive.displacedBy(newcomer)]));
        },
      ),
      { numRuns: 300 },
    );
  });

  it("keeps who came first before who came later, where owner and priority are the same", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100, size: "max" }), (steps) => {
        const { queue } = played(mode, steps);
        const numbers = new Map<string, number[]>();
        for (const { owner, priority, name } of takeAll(queue)) {
          const rank = `${owner}${priority}`;
          numbers.set(rank, [...(numbers.get(rank) ?? []), Number(name.split("#")[1])]);
        }
        for (const each of numbers.values()) expect(each).toEqual(each.toSorted((a, b) => a - b));
      }),
    );
  });
});

function played(mode: QueueMode, steps: Step[]): { queue: WaitingQueue; naive: NaiveQueue<Named> } {
  const queue = createQueue(mode);
  const naive = new NaiveQueue<Named>(mode);
  for (const each of steps) {
    if (each.do === "take") {
      queue.take();
      naive.take();
    } else if (each.do === "add") {
      const one = waiter(each.owner, each.priority);
      queue.add(one);
      naive.add(one);
    } else {
      const one = naive.waiting[each.which % Math.max(1, naive.waiting.length)];
      if (!one) continue;
      queue.remove(one);
      naive.remove(one);
    }
  }
  return { queue, naive };
}

const share = (taken: Named[], owner: string): number => taken.filter((each) => each.owner === owner).length;
const takeSome = (queue: WaitingQueue, times: number): Named[] =>
  Array.from({ length: times }, () => queue.take() as Named);

describe("fairness", () => {
  it.each([
    "fair",
    "hybrid",
  ] as const)("gives two owners the same share in mode %s, however many each has waiting", (mode) => {
    const queue = createQueue(mode);
    for (let n = 0; n < 1000; n++) queue.add(waiter("many", 5));
    for (let n = 0; n < 100; n++) queue.add(waiter("few", 5));
    expect(share(takeSome(queue, 100), "few")).toBe(50);
    expect(share(takeSome(queue, 100), "few")).toBe(50);
  });

  it("gives shares by the weights of the priorities: 10 for 0, down to 1 for 9", () => {
    for (let priority = 0; priority < 9; priority++) {
      const queue = createQueue("fair");
      for (let n = 0; n < 2000; n++) {
        queue.add(waiter("urgent", priority));
        queue.add(waiter("patient", 9));
      }
      const taken = takeSome(queue, 1100);
      const ratio = share(taken, "urgent") / share(taken, "patient");
      expect(ratio).toBeGreaterThan((10 - priority) * 0.97);
      expect(ratio).toBeLessThan((10 - priority) * 1.03);
    }
  });

  it("does the same among the priorities of one owner, so that none of them starves", () => {
    const queue = createQueue("fair");
    for (let n = 0; n < 1000; n++) for (const priority of [0, 4, 9]) queue.add(waiter("one", priority));
    const taken = takeSome(queue, 1700);
    const of = (priority: number): number => taken.filter((each) => each.priority === priority).length;
    expect([of(0), of(4), of(9)]).toEqual([1000, 600, 100]);
  });

  it("does not let a client that always has one request waiting get ahead of one that has many", () => {
    const queue = createQueue("fair");
    for (let n = 0; n < 100; n++) queue.add(waiter("many", 5));
    const taken: Named[] = [];
    for (let n = 0; n < 100; n++) {
      if (!queue.inOrder().some(({ owner }) => owner === "one")) queue.add(waiter("one", 5));
      taken.push(queue.take() as Named);
    }
    expect(share(taken, "one")).toBe(50);
  });

  it("gives nothing for having stayed away", () => {
    const queue = createQueue("fair");
    for (let n = 0; n < 1000; n++) queue.add(waiter("steady", 5));
    takeSome(queue, 500);
    for (let n = 0; n < 100; n++) queue.add(waiter("late", 5));
    expect(share(takeSome(queue, 100), "late")).toBe(50);
  });

  it("charges nothing for waiters that left", () => {
    const queue = createQueue("fair");
    const gone = Array.from({ length: 500 }, () => waiter("fickle", 9));
    for (const each of gone) queue.add(each);
    for (let n = 0; n < 100; n++) queue.add(waiter("steady", 5));
    for (const each of gone) queue.remove(each);
    for (let n = 0; n < 100; n++) queue.add(waiter("fickle", 5));
    expect(share(takeSome(queue, 100), "fickle")).toBe(50);
  });

  it("lets the patient in between urgent ones, in hybrid: one after fifteen", () => {
    const queue = createQueue("hybrid");
    for (let n = 0; n < 64; n++) {
      queue.add(waiter("urgent", n % 3));
      queue.add(waiter("patient", 9));
    }
    const places = takeSome(queue, 64).flatMap(({ priority }, place) => (priority === 9 ? [place] : []));
    expect(places).toEqual([15, 31, 47, 63]);
  });

  it.each(["fair", "hybrid"] as const)("starves nobody in mode %s, whatever keeps coming", (mode) => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(3), fc.nat(9)), { minLength: 1, maxLength: 10 }), (flood) => {
        const queue = createQueue(mode);
        const patient = waiter("patient", 9);
        for (const [owner, priority] of flood) queue.add(waiter(`o${owner}`, priority));
        queue.add(patient);
        let turns = 0;
        while (patient.list !== null && turns < 1000) {
          const [owner, priority] = flood[turns % flood.length] ?? [0, 0];
          queue.add(waiter(`o${owner}`, priority));
          queue.take();
          turns++;
        }
        // Four others, each with ten turns for one of priority 9, and fifteen urgent ones for each turn.
        expect(turns).toBeLessThan(16 * 45);
      }),
    );
  });

  it("is not what strict is about: there the urgent go first, always", () => {
    const queue = createQueue("strict");
    for (let n = 0; n < 100; n++) queue.add(waiter("a", 9 - (n % 10)));
    expect(takeAll(queue).map(({ priority }) => priority)).toEqual(
      Array.from({ length: 100 }, (_, n) => Math.floor(n / 10)),
    );
  });
});
