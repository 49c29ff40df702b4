import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { considerPlan, makePlan } from "../../../src-gateway/routing/plan.ts";
import type { PlanInput } from "../../../src-gateway/routing/types.ts";
import type { RouteConfig } from "../../../src-gateway/settings/route-types.ts";
import { factsOf, healthOf, instanceOf, planInput, routeTo, targetsOf } from "../../support/plan-input.ts";

const wire = (providers: string[]) => providers.map((id) => instanceOf(id, ["openai-chat", "anthropic-messages"]));
const lists = { listed: ["a", "b"], "claude-3": ["c"], "a/odd": ["b"] };

const routes: RouteConfig[] = [
  routeTo("plain", ["a", "a", "b", "missing"]),
  routeTo(
    "priced",
    [
      { provider: "a", cost: { input: 1, output: 9 } },
      { provider: "b", cost: { input: 2, output: 1 } },
    ],
    {
      strategy: "cheapest",
    },
  ),
  routeTo("for-one-key", ["a"], { when: { key: ["laptop"] } }),
  routeTo("for-one-key", ["b"]),
  routeTo("with-a-field", [{ provider: "a", when: { field: { tier: ["fast"] } } }, "b"], { strategy: "conditional" }),
  routeTo(
    "split",
    [
      { provider: "a", weight: 1 },
      { provider: "b", weight: 2 },
    ],
    { strategy: "weighted" },
  ),
  routeTo("tested", ["a", "b"], { strategy: "ab" }),
  routeTo("kept", ["a", "b", "c"], { strategy: "sticky" }),
  routeTo("quick", ["a", "b"], { strategy: "least-latency" }),
  routeTo("nested", [{ strategy: "sticky", targets: [{ provider: "a" }, { provider: "b" }] }, "c"]),
  routeTo("pattern-*", ["c", { provider: "b", model: "other" }]),
];

describe("plans that are remembered", () => {
  it("are those that would be made anew, whatever was asked before", () => {
    const config = { routes, aliases: { short: "plain" } };
    const instances = planInput("", { providers: wire(["a", "b", "c", "loopback"]) }).instances;
    const ruled = "plain priced for-one-key with-a-field split tested kept quick nested pattern-1 short".split(" ");
    const unruled = "listed claude-3 claude gpt-9 a/x a/odd c/y loopback unknown a/".split(" ");
    const model = fc.constantFrom(...ruled, ...unruled);
    const question = fc.record({
      model,
      wire: fc.constantFrom("openai-chat" as const, "gemini-content" as const),
      workMode: fc.constantFrom("auto" as const, "passthrough" as const),
      random: fc.constantFrom(0, 0.3, 0.7, 0.99),
      mayChoose: fc.constantFrom<string[]>(["a", "b", "c"], ["b"]),
      waits: fc.record({ a: fc.constantFrom(0, 900), b: fc.constantFrom(0, 500) }),
      p50Ms: fc.constantFrom(null, 20, 200),
      session: fc.constantFrom(null, "s1", "s2"),
      keyName: fc.constantFrom(null, "laptop", "desk"),
      named: fc.constantFrom(undefined, "", "b", "nobody"),
      fields: fc.constantFrom({}, { tier: "fast" }, { tokligence_provider: "a" }, { tokligence_provider: 7 }),
      bytes: fc.constantFrom(100, 1_000_000),
    });
    type Question = typeof question extends fc.Arbitrary<infer Value> ? Value : never;
    const inputOf = (asked: Question, listed: Record<string, string[]>): PlanInput => ({
      ...planInput(asked.model, { lists: listed }),
      config,
      instances,
      wire: asked.wire,
      workMode: asked.workMode,
      random: asked.random,
      mayChoose: (provider) => asked.mayChoose.includes(provider),
      nowMonotonicMs: 100,
      health: healthOf({
        a: { availableAtMs: asked.waits.a, p50Ms: asked.p50Ms },
        b: { availableAtMs: asked.waits.b },
      }),
      request: factsOf({
        session: asked.session,
        key: asked.keyName === null ? null : { id: 1, name: asked.keyName, user: "u", team: null },
        headers: { "x-provider": asked.named },
        fields: asked.fields,
        bytes: asked.bytes,
      }),
    });
    const questions = fc.array(question, { minLength: 40, maxLength: 80 });
    fc.assert(
      fc.property(questions, questions, (before, after) => {
        const check = (asked: Question, listsVersion: number, listed: Record<string, string[]>): void => {
          const input = inputOf(asked, listed);
          expect(considerPlan({ ...input, listsVersion })).toEqual(considerPlan(input));
        };
        for (const asked of before) check(asked, 1, lists);
        for (const asked of after) check(asked, 2, { listed: ["c"], plain: ["b"] });
      }),
      { numRuns: 60 },
    );
  });

  it.each(["plain", "listed", "a/x", "pattern-1", "nested-in-order"])("are one object for %s", (model) => {
    const more = routeTo("nested-in-order", [{ strategy: "fallback", targets: [{ provider: "b" }] }, "a"]);
    const input = { ...planInput(model, { routes: [...routes, more], lists }), listsVersion: 1, request: factsOf() };
    const plan = makePlan(input);
    expect(makePlan({ ...input, random: 0.9, request: factsOf({ session: "other" }) })).toBe(plan);
    expect(makePlan({ ...input, listsVersion: 2 })).not.toBe(plan);
    expect(makePlan({ ...input, config: { ...input.config } })).not.toBe(plan);
  });

  it("end with the configuration", () => {
    const input = { ...planInput("m", { routes: [routeTo("m", ["a"])] }), listsVersion: 1 };
    expect(targetsOf(makePlan(input))).toEqual(["a"]);
    const changed = { ...planInput("m", { routes: [routeTo("m", ["b"])] }), listsVersion: 1 };
    expect(targetsOf(makePlan(changed))).toEqual(["b"]);
    expect(targetsOf(makePlan({ ...input, config: changed.config }))).toEqual(["b"]);
  });

  it("are not more than a bound, however many names are asked for", () => {
    const input = { ...planInput("", { routes: [routeTo("*", ["a"])] }), listsVersion: 1 };
    const first = makePlan({ ...input, model: "m0" });
    expect(makePlan({ ...input, model: "m0" })).toBe(first);
    for (let n = 1; n <= 1000; n++) makePlan({ ...input, model: `m${n}` });
    expect(makePlan({ ...input, model: "m0" })).not.toBe(first);
  });
});
