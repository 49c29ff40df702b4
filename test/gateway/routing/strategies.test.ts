import { describe, expect, it } from "vitest";
import { drawsFrom, shareOf, stableOrder } from "../../../src-gateway/routing/chance.ts";
import { considerPlan, makePlan } from "../../../src-gateway/routing/plan.ts";
import type { Plan } from "../../../src-gateway/routing/types.ts";
import type { RouteConfig, RouteGroup } from "../../../src-gateway/settings/route-types.ts";
import { factsOf, healthOf, instanceOf, planInput, routeTo, targetsOf } from "../../support/plan-input.ts";

type Changes = Parameters<typeof planInput>[1];
const plan = (route: RouteConfig, changes: Changes = {}): Plan =>
  makePlan(planInput("m", { routes: [route], ...changes }));

/** How often each comes out, over draws that are spread evenly. */
function shares(names: (n: number, random: number) => string, times = 4_000): Record<string, number> {
  const draw = drawsFrom(0.123);
  const counts: Record<string, number> = {};
  for (let n = 0; n < times; n++) {
    const name = names(n, draw());
    counts[name] = (counts[name] ?? 0) + 1 / times;
  }
  return counts;
}
const firstOf = (made: Plan): string => made.targets[0]?.provider ?? "";
const session = (n: number) => factsOf({ session: `s-${n}` });

describe("weighted", () => {
  const route = routeTo(
    "m",
    [
      { provider: "a", weight: 6 },
      { provider: "b", weight: 3 },
      { provider: "c", weight: 1 },
    ],
    {
      strategy: "weighted",
    },
  );

  it("draws by weight", () => {
    const found = shares((_, random) => firstOf(plan(route, { random })));
    expect(found["a"]).toBeCloseTo(0.6, 1);
    expect(found["b"]).toBeCloseTo(0.3, 1);
    expect(found["c"]).toBeCloseTo(0.1, 1);
  });

  it("keeps the proportion of the others while one is down, and keeps that one", () => {
    const health = healthOf({ a: { availableAtMs: 9 } });
    const found = shares((_, random) => firstOf(plan(route, { random, health })));
    expect(found["a"]).toBeUndefined();
    expect(found["b"]).toBeCloseTo(0.75, 1);
    expect(targetsOf(plan(route, { random: 0, health }))).toEqual(["b", "c", "a"]);
  });

  it("never draws a weight of 0 while another may be asked", () => {
    const zero = routeTo("m", [{ provider: "a", weight: 0 }, "b"], { strategy: "weighted" });
    expect(shares((_, random) => firstOf(plan(zero, { random })), 200)).toEqual({ b: expect.closeTo(1) });
    expect(targetsOf(plan(zero, { health: healthOf({ b: { availableAtMs: 9 } }) }))).toEqual(["a", "b"]);
  });
});

describe("least-latency", () => {
  const route = routeTo("m", ["a", "b", "c"], { strategy: "least-latency" });
  const health = healthOf({ a: { p50Ms: 900 }, b: { p50Ms: 200 }, c: { p50Ms: 500 } });

  it("asks the fastest first, and the others in the order of their latency behind it", () => {
    const made = plan(route, { health, random: 0.9 });
    expect(targetsOf(made)).toEqual(["b", "c", "a"]);
    expect(made.targets[0]?.reason).toBe('route "m" (least-latency), target 1 of 3: first token after 200 ms');
  });

  it.each([
    ["5 % when nothing is said", undefined, 0.05],
    ["the share that is asked for", 0.3, 0.3],
    ["none at 0", 0, 0],
  ])("sends to others: %s", (_, explore, expected) => {
    const found = shares((__, random) =>
      firstOf(plan({ ...route, ...(explore === undefined ? {} : { explore }) }, { health, random })),
    );
    expect(1 - (found["b"] ?? 0)).toBeCloseTo(expected, 1.5);
    expect(found["a"] ?? 0).toBeCloseTo(found["c"] ?? 0, 1);
  });

  it("explores what it knows nothing of before what it knows, and leaves alone who is down", () => {
    const partly = healthOf({ a: { p50Ms: 900 }, b: { p50Ms: 200 } });
    expect(targetsOf(plan(route, { health: partly, random: 0 }))).toEqual(["c", "b", "a"]);
    expect(targetsOf(plan(route, { health: partly, random: 0.9 }))).toEqual(["b", "a", "c"]);
    const down = healthOf({ a: { p50Ms: 900 }, b: { p50Ms: 200 }, c: { availableAtMs: 9 } });
    expect(targetsOf(plan(route, { health: down, random: 0 }))).toEqual(["a", "b", "c"]);
  });

  it("spreads evenly before anything is known", () => {
    const found = shares((_, random) => firstOf(plan(route, { random })));
    for (const name of ["a", "b", "c"]) expect(found[name]).toBeCloseTo(1 / 3, 1);
  });
});

describe("cheapest", () => {
  const route = routeTo(
    "m",
    [
      { provider: "a", cost: { input: 3, output: 15 }, quality: 0.9 },
      { provider: "b", cost: { input: 0.1, output: 90 }, quality: 0.9 },
      { provider: "c", cost: { input: 0.1, output: 0.1 }, quality: 0.4 },
    ],
    { strategy: "cheapest" },
  );

  it("goes by what a prompt of this size costs", () => {
    const withBytes = (bytes: number) => targetsOf(plan(route, { request: factsOf({ bytes }) }));
    expect(withBytes(0)).toEqual(["c", "a", "b"]);
    expect(withBytes(400_000)).toEqual(["c", "b", "a"]);
  });

  it("leaves out what is not good enough, also when all others are down", () => {
    const made = plan(
      { ...route, minQuality: 0.8 },
      { health: healthOf({ a: { availableAtMs: 5 }, b: { availableAtMs: 6 } }) },
    );
    expect(targetsOf(made)).toEqual(["a", "b"]);
    expect(made.leftOut).toEqual([{ provider: "c", model: "m", why: "its quality of 0.4 is below 0.8" }]);
  });

  it("takes the better one at the same cost, and what has no cost last", () => {
    const cost = { input: 1, output: 1 };
    const same = routeTo("m", ["c", { provider: "a", cost, quality: 0.5 }, { provider: "b", cost, quality: 0.6 }], {
      strategy: "cheapest",
    });
    expect(targetsOf(plan(same))).toEqual(["b", "a", "c"]);
  });
});

describe("conditional", () => {
  const route = routeTo(
    "m",
    [
      { provider: "a", when: { header: { "x-tier": ["gold"] } } },
      { strategy: "fallback", targets: [{ provider: "b" }, { provider: "c" }], when: { agent: ["codex"] } },
    ],
    { strategy: "conditional" },
  );

  it("takes the first branch whose condition holds, and no other", () => {
    const gold = plan(route, { request: factsOf({ headers: { "x-tier": "Gold" }, agent: "codex/1" }) });
    expect(targetsOf(gold)).toEqual(["a"]);
    expect(gold.leftOut.map(({ provider, why }) => [provider, why])).toEqual([
      ["b", "an earlier condition holds"],
      ["c", "an earlier condition holds"],
    ]);
    const codex = plan(route, { request: factsOf({ agent: "codex/1" }) });
    expect(targetsOf(codex)).toEqual(["b", "c"]);
    expect(codex.targets[0]?.reason).toBe(
      'route "m" (conditional), target 1 of 1: its condition holds (agent "codex"); of its fallback, target 1 of 2',
    );
  });

  it("leaves the request to the next rule when no condition holds", () => {
    const made = makePlan(planInput("m", { routes: [route, routeTo("*", ["c"])] }));
    expect(made.matched).toBe('the route "*"');
    expect(made.leftOut).toContainEqual({ provider: "a", model: "m", why: 'the header "x-tier" is not as it asks' });
    expect(considerPlan(planInput("m", { routes: [route] })).error?.code).toBe("model_not_found");
  });

  it("by content reads it only where it is asked for", () => {
    let reads = 0;
    const content = () => {
      reads++;
      return { characters: 10, hasTools: false, hasImages: true, code: 0, language: null, lastUserText: "hi" } as const;
    };
    const byContent = routeTo("m", [{ provider: "a", when: { content: { images: true } } }, "b"], {
      strategy: "content",
    });
    expect(targetsOf(plan(byContent, { request: { ...factsOf(), content } }))).toEqual(["a"]);
    expect(reads).toBe(1);
    plan(route, { request: { ...factsOf({ agent: "codex/1" }), content } });
    expect(reads).toBe(1);
  });
});

describe("ab", () => {
  const route = routeTo(
    "m",
    [
      { provider: "a", variant: "old", weight: 3 },
      { provider: "b", variant: "new", weight: 1 },
    ],
    { strategy: "ab" },
  );
  const variantOf = (n: number, changes: Changes = {}, of = route): string =>
    plan(of, { request: session(n), ...changes }).variant ?? "";

  it("gives variants by weight and records them", () => {
    const found = shares((n) => variantOf(n));
    expect(found["old"]).toBeCloseTo(0.75, 1);
    expect(found["new"]).toBeCloseTo(0.25, 1);
  });

  it("keeps a session's variant, whatever chance and health say", () => {
    const health = healthOf({ a: { availableAtMs: 5 } });
    for (let n = 0; n < 50; n++) {
      expect(variantOf(n, { random: n / 50 })).toBe(variantOf(n));
      expect(variantOf(n, { health })).toBe(variantOf(n));
      expect(firstOf(plan(route, { request: session(n), health }))).toBe("b");
    }
  });

  it("moves few when a weight changes, and those in one direction only", () => {
    const half: RouteConfig = { ...route, targets: route.targets.map((each) => ({ ...each, weight: 1 })) };
    const moves = shares((n) => `${variantOf(n)}>${variantOf(n, {}, half)}`);
    expect(moves["new>old"]).toBeUndefined();
    expect(moves["old>new"]).toBeCloseTo(0.25, 1);
  });

  it("sticks to the key where that is asked for, or where no session is known", () => {
    const request = (n: number, key: number) =>
      factsOf({ session: `s-${n}`, key: { id: key, name: "k", user: "u", team: null } });
    const byKey: RouteConfig = { ...route, stickBy: "key" };
    const variants = new Set(Array.from({ length: 40 }, (_, n) => plan(byKey, { request: request(n, 7) }).variant));
    expect(variants.size).toBe(1);
    const noSession = (random: number) => plan(route, { random, request: { ...request(0, 7), session: null } }).variant;
    expect(noSession(0.1)).toBe(noSession(0.9));
    expect(shares((_, random) => plan(route, { random }).variant ?? "")["new"]).toBeCloseTo(0.25, 1);
  });

  it("of two routes are independent of each other", () => {
    const other: RouteConfig = { ...route, match: "m*" };
    const both = shares((n) => `${variantOf(n)}+${variantOf(n, {}, other)}`);
    expect(both["new+new"]).toBeCloseTo(1 / 16, 1.3);
    const patterns = { matches: ["m", "n"] };
    expect(variantOf(1, {}, { ...route, ...patterns })).toBe(
      makePlan(planInput("n", { routes: [{ ...route, match: "n", ...patterns }], request: session(1) })).variant,
    );
  });
});

describe("sticky", () => {
  const route = routeTo("m", ["a", "b", "c"], { strategy: "sticky" });
  const targetOf = (n: number, changes: Changes = {}): string =>
    firstOf(plan(route, { request: session(n), ...changes }));

  it("spreads sessions evenly and keeps each on its target", () => {
    const found = shares((n) => targetOf(n));
    for (const name of ["a", "b", "c"]) expect(found[name]).toBeCloseTo(1 / 3, 1);
    for (let n = 0; n < 50; n++) expect(targetOf(n, { random: n / 50 })).toBe(targetOf(n));
  });

  it("moves only the sessions of a target that is down, and brings them back", () => {
    const health = healthOf({ a: { availableAtMs: 5 } });
    const moved = shares((n) => `${targetOf(n)}>${targetOf(n, { health })}`);
    expect(Object.keys(moved).toSorted()).toEqual(["a>b", "a>c", "b>b", "c>c"]);
    expect(moved["a>b"]).toBeCloseTo(1 / 6, 1);
    expect(targetOf(1, { health, nowMonotonicMs: 5 })).toBe(targetOf(1));
  });
});

describe("groups in groups", () => {
  const fallback = (...names: string[]): RouteGroup => ({
    strategy: "fallback",
    targets: names.map((provider) => ({ provider })),
  });

  it("order their own targets where the outer strategy puts them, and name nobody twice", () => {
    const route = routeTo(
      "m",
      [
        { ...fallback("a", "c"), weight: 0 },
        { ...fallback("b", "c"), weight: 1 },
      ],
      {
        strategy: "weighted",
      },
    );
    const made = plan(route);
    expect(targetsOf(made)).toEqual(["b", "c", "a"]);
    expect(made.leftOut).toEqual([{ provider: "c", model: "m", why: "it stands further up already" }]);
  });

  it("carry policy and strictness of the route to every target", () => {
    const made = plan(routeTo("m", [fallback("a", "b")], { strict: true, policy: { attempts: 2, join: false } }));
    expect(made.targets.map(({ strict }) => strict)).toEqual([true, true]);
    expect(made.policy).toEqual({ attempts: 2, join: false });
  });

  it("name the variants from the outside in", () => {
    const inner: RouteGroup = { strategy: "ab", variant: "outer", targets: [{ provider: "a", variant: "inner" }] };
    expect(plan(routeTo("m", [inner], { strategy: "ab" })).variant).toBe("outer/inner");
  });

  it("leave out targets that cannot be spoken to, before chance is asked", () => {
    const mute = instanceOf("a", ["gemini-content"]);
    const route = routeTo("m", [{ provider: "a", weight: 1_000 }, "b"], { strategy: "weighted" });
    const made = plan(route, { providers: [mute, "b"], workMode: "passthrough" });
    expect(targetsOf(made)).toEqual(["b"]);
    expect(made.leftOut).toEqual([{ provider: "a", model: "m", why: "it cannot be spoken to in openai-chat" }]);
    // A route that decides and leads nowhere does not hand the request to somebody the operator did not name.
    const routes = [routeTo("m", ["a"]), routeTo("*", ["b"])];
    const { error } = considerPlan(planInput("m", { routes, providers: [mute, "b"], workMode: "passthrough" }));
    expect(error?.code).toBe("protocol_not_spoken");
  });
});

describe("chance", () => {
  it("is the seed first and spread evenly after it", () => {
    const draw = drawsFrom(0.42);
    expect(draw()).toBe(0.42);
    const sum = Array.from({ length: 2_000 }, draw).reduce((a, b) => a + b);
    expect(sum / 2_000).toBeCloseTo(0.5, 1);
  });

  it("of a text is in (0, 1), and similar texts are unrelated", () => {
    const values = Array.from({ length: 5_000 }, (_, n) => shareOf(`session-${n}`));
    expect(values.every((value) => value > 0 && value < 1)).toBe(true);
    expect(new Set(values).size).toBe(5_000);
    for (let tenth = 0; tenth < 10; tenth++) {
      const within = values.filter((value) => Math.floor(value * 10) === tenth).length;
      expect(within / 5_000).toBeCloseTo(0.1, 1.5);
    }
  });

  it("puts weights of 0 last", () => {
    const of = (name: string) => ({ name, weight: name === "z" ? 0 : 1 });
    for (let n = 0; n < 50; n++) expect(stableOrder(["z", "x", "y"], `${n}`, of)[2]).toBe("z");
  });
});
