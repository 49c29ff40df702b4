import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareExactness, exactnessOf, fits, isPattern } from "../../../src-gateway/lib/patterns.ts";
import { considerPlan, makePlan } from "../../../src-gateway/routing/plan.ts";
import type { RouteConfig } from "../../../src-gateway/settings/route-types.ts";
import { factsOf, healthOf, instanceOf, planInput, routeTo, targetsOf } from "../../support/plan-input.ts";

describe("a pattern", () => {
  it.each([
    ["gpt-5", "gpt-5", true],
    ["gpt-5", "gpt-5-mini", false],
    ["gpt-*", "gpt-", true],
    ["gpt-*", "xgpt-5", false],
    ["*-mini", "gpt-5-mini", true],
    ["*-mini", "gpt-5-minis", false],
    ["*sonnet*", "claude-sonnet-4", true],
    ["gpt-?", "gpt-5", true],
    ["gpt-?", "gpt-", false],
    ["gpt-?", "gpt-41", false],
    ["gpt-?o*", "gpt-4o-mini", true],
    ["a*b*c", "a-b-b-c", true],
    ["a*b*c", "a-c-b", false],
    ["ab*b", "ab", false],
    ["**", "", true],
    ["*", "anything at all", true],
    ["?", "", false],
    ["claude.sonnet", "claude-sonnet", false],
    ["openai/gpt-*", "openai/gpt-5", true],
  ])("%s on %s: %s", (pattern, text, expected) => {
    expect(fits(pattern, text)).toBe(expected);
  });

  it("says the same as a regular expression, for any pattern and text", () => {
    const letters = fc.array(fc.constantFrom("a", "b", "-", "*", "?"), { maxLength: 10 }).map((all) => all.join(""));
    const texts = fc.array(fc.constantFrom("a", "b", "-"), { maxLength: 14 }).map((all) => all.join(""));
    fc.assert(
      fc.property(letters, texts, (pattern, text) => {
        const expression = pattern.replaceAll("*", "[^]*").replaceAll("?", "[^]");
        expect(fits(pattern, text)).toBe(new RegExp(`^${expression}$`).test(text));
      }),
      { numRuns: 2_000 },
    );
  });

  it("takes no longer for a hostile name than for any other", () => {
    expect(fits("*a".repeat(100), "a".repeat(99))).toBe(false);
    expect(fits("*a*b", "a".repeat(1_000_000))).toBe(false);
  });
});

describe("precedence", () => {
  const decided = (model: string, routes: RouteConfig[], changes: Parameters<typeof planInput>[1] = {}): string =>
    targetsOf(makePlan(planInput(model, { routes, ...changes }))).join(" ");

  it.each<[string, string, string[], string]>([
    ["an exact name comes before every pattern", "gpt-5", ["*", "gpt-*", "gpt-?", "gpt-5"], "gpt-5"],
    ["the longest text before the first sign", "gpt-5-mini", ["*-mini", "gpt-*", "gpt-5*", "*5-mini"], "gpt-5*"],
    ["then the longest text behind the last one", "gpt-5-mini", ["*gpt-5-min*", "*-mini", "*i"], "*-mini"],
    ["then the most text in all", "gpt-5-mini", ["*gpt*", "*gpt-5*", "*5*"], "*gpt-5*"],
    ["then the fewest stars", "gpt-5", ["gpt-*", "gpt-?"], "gpt-?"],
    ["everything comes last", "gpt-5", ["*", "*5*"], "*5*"],
    ["a tie goes to the first in the file", "ab", ["a*b", "a?*b", "a**b"], "a*b"],
  ])("%s", (_, model, patterns, expected) => {
    const routes = patterns.map((match) => routeTo(match, [{ provider: "a", model: match }]));
    expect(makePlan(planInput(model, { routes })).targets[0]?.model).toBe(expected);
  });

  it("of pattern routes is the same in whatever order the file has them", () => {
    const signs = fc
      .array(fc.constantFrom("a", "b", "*", "?"), { minLength: 1, maxLength: 6 })
      .map((all) => all.join(""));
    const names = fc.array(fc.constantFrom("a", "b"), { minLength: 1, maxLength: 8 }).map((all) => all.join(""));
    const shuffled = fc
      .uniqueArray(signs, { minLength: 1, maxLength: 25 })
      .map((patterns) =>
        patterns.filter(
          (pattern, at) =>
            !patterns.slice(0, at).some((other) => compareExactness(exactnessOf(other), exactnessOf(pattern)) === 0),
        ),
      )
      .chain((patterns) =>
        fc.tuple(fc.constant(patterns), fc.shuffledSubarray(patterns, { minLength: patterns.length })),
      );
    const matched = (model: string, patterns: string[]): string =>
      considerPlan(planInput(model, { routes: patterns.map((match) => routeTo(match, ["a"])), providers: ["a"] })).plan
        .matched;
    fc.assert(
      fc.property(shuffled, names, ([patterns, others], model) => {
        expect(matched(model, others)).toBe(matched(model, patterns));
      }),
      { numRuns: 1_000 },
    );
  });

  it("of patterns with equal text before the sign never depends on the order either", () => {
    const routes = ["a*", "a*z", "a*yz", "a*b*z", "a?z"].map((match) =>
      routeTo(match, [{ provider: "a", model: match }]),
    );
    const winner = (list: RouteConfig[]) => makePlan(planInput("abyz", { routes: list })).targets[0]?.model;
    expect(winner(routes)).toBe("a*yz");
    expect(winner(routes.toReversed())).toBe("a*yz");
  });

  it("puts a route with a condition before the same one without, and one for any model before patterns", () => {
    const routes = [
      routeTo("gpt-*", ["a"]),
      routeTo("gpt-*", ["b"], { when: { surface: ["chat"] } }),
      routeTo("*", ["c"], { anyModel: true, when: { agent: ["codex"] } }),
    ];
    const request = factsOf({ agent: "codex/1.2" });
    expect(decided("gpt-5", routes)).toBe("b");
    expect(decided("gpt-5", routes, { request })).toBe("c");
    expect(decided("gpt-5", [...routes, routeTo("gpt-5", ["a"])], { request })).toBe("a");
  });

  it("passes a route over whose condition does not hold, and tells of its targets", () => {
    const routes = [routeTo("gpt-5", ["b"], { when: { surface: ["responses"] } }), routeTo("gpt-*", ["a"])];
    const plan = makePlan(planInput("gpt-5", { routes }));
    expect(targetsOf(plan)).toEqual(["a"]);
    expect(plan.matched).toBe('the route "gpt-*"');
    expect(plan.leftOut).toEqual([{ provider: "b", model: "gpt-5", why: 'of the route "gpt-5": it is for responses' }]);
  });

  it("of a provider in front of the name lets routes for it speak first", () => {
    const routes = [routeTo("a/gpt-*", ["b", "c"]), routeTo("*", ["c"])];
    expect(decided("a/gpt-5", routes)).toBe("b/gpt-5 c/gpt-5");
    expect(decided("a/claude", routes)).toBe("a/claude");
    expect(decided("x/gpt-5", routes)).toBe("c");
    // Some providers have such names of their own.
    expect(decided("a/gpt-5", routes, { lists: { "a/gpt-5": ["c"] } })).toBe("b/gpt-5 c");
  });

  it("stays quick with ten thousand exact routes: none of them is looked at but the one", () => {
    let looks = 0;
    const routes = Array.from({ length: 10_000 }, (_, n): RouteConfig => {
      const route = routeTo("", [{ provider: "a", model: `m${n}` }]);
      return Object.defineProperty(route, "match", {
        get() {
          looks++;
          return `model-${n}`;
        },
      });
    });
    const input = planInput("model-9999", { routes });
    makePlan(input);
    looks = 0;
    expect(makePlan(input).targets[0]?.model).toBe("m9999");
    expect(looks).toBeLessThan(10);
  });

  it("compiles routes anew when the configuration changes", () => {
    expect(decided("m", [routeTo("m", ["a"])])).toBe("a");
    expect(decided("m", [routeTo("m", ["b"])])).toBe("b");
  });

  it("tells names from patterns", () => {
    expect(["gpt-5", "gpt-*", "gpt-?"].map(isPattern)).toEqual([false, true, true]);
  });
});

describe("a caller's choice", () => {
  const chosen = (header: string, changes: Parameters<typeof planInput>[1] = {}, model = "m") =>
    considerPlan(planInput(model, { request: factsOf({ headers: { "x-provider": header } }), ...changes }));

  it("by header comes before every rule, and nobody else is asked", () => {
    const { plan } = chosen("b", { routes: [routeTo("m", ["a", "c"])] });
    expect(targetsOf(plan)).toEqual(["b"]);
    expect(plan.matched).toContain("X-Provider");
    expect(targetsOf(chosen("loopback").plan)).toEqual(["loopback"]);
  });

  it("keeps what an exact route says the provider calls the model", () => {
    const routes = [routeTo("m", ["a", { strategy: "fallback", targets: [{ provider: "b", model: "vendor-m" }] }])];
    expect(targetsOf(chosen("b", { routes }).plan)).toEqual(["b/vendor-m"]);
    expect(targetsOf(chosen("b", {}, "b/m").plan)).toEqual(["b/m"]);
    expect(chosen("b", {}, "b/m").plan.targets[0]?.model).toBe("m");
  });

  it("by a field of the body does the same, and the header comes first", () => {
    const request = factsOf({ fields: { tokligence_provider: "c" } });
    expect(targetsOf(makePlan(planInput("m", { request })))).toEqual(["c"]);
    const both = factsOf({ headers: { "x-provider": "b" }, fields: { tokligence_provider: "c" } });
    expect(targetsOf(makePlan(planInput("m", { request: both })))).toEqual(["b"]);
    const broken = factsOf({ fields: { tokligence_provider: 7 } });
    expect(() => makePlan(planInput("m", { request: broken }))).toThrow(/must be a text/);
  });

  it("is refused where the key does not allow it, by header and by name", () => {
    const mayChoose = (provider: string): boolean => provider !== "b";
    expect(chosen("b", { mayChoose }).error).toMatchObject({ code: "forbidden", status: 403 });
    expect(considerPlan(planInput("b/m", { mayChoose })).error).toMatchObject({ code: "forbidden" });
    expect(chosen("a", { mayChoose }).error).toBeNull();
    // A route is the operator's choice, not the caller's.
    expect(targetsOf(makePlan(planInput("m", { mayChoose, routes: [routeTo("m", ["b"])] })))).toEqual(["b"]);
  });

  it("of somebody who is not there is refused", () => {
    expect(chosen("nobody").error).toMatchObject({ code: "invalid_request", param: "x-provider" });
    expect(chosen("  ").plan.matched).toBe("no rule");
  });
});

describe("targets that cannot be asked now", () => {
  const routes = [routeTo("m", ["a", "b", "c"])];

  it("stand behind the others with the reason, the one that is back first before the rest", () => {
    const health = healthOf({ a: { availableAtMs: 900 }, b: { availableAtMs: 700 } });
    const plan = makePlan(planInput("m", { routes, health, nowMonotonicMs: 100 }));
    expect(targetsOf(plan)).toEqual(["c", "b", "a"]);
    expect(plan.targets.map(({ reason }) => reason)).toEqual([
      'route "m" (fallback), target 3 of 3',
      'route "m" (fallback), target 2 of 3; not now: b cools down',
      'route "m" (fallback), target 1 of 3; not now: a cools down',
    ]);
    expect(targetsOf(makePlan(planInput("m", { routes, health, nowMonotonicMs: 900 })))).toEqual(["a", "b", "c"]);
  });

  it("are asked while one of their keys may be", () => {
    const a = { ...instanceOf("a"), keys: ["one", "two"].map((id) => ({ id, credential: null, weight: 1 })) };
    const plan = (keys: Record<string, number>) =>
      targetsOf(makePlan(planInput("m", { routes, providers: [a, "b", "c"], health: healthOf({ a: { keys } }) })));
    expect(plan({ one: 50, two: 0 })).toEqual(["a", "b", "c"]);
    expect(plan({ one: 50, two: 60 })).toEqual(["b", "c", "a"]);
  });
});
