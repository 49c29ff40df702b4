import { describe, expect, it } from "vitest";
import { considerPlan } from "../../../src-gateway/routing/plan.ts";
import { planRecordOf } from "../../../src-gateway/routing/plan-record.ts";
import { planInput, routeTo } from "../../support/plan-input.ts";

describe("what is kept of a plan", () => {
  it("is the rule, the targets with their reasons, and who was left out, as plain values", () => {
    const routes = [routeTo("m", ["c"], { when: { team: ["data"] } }), routeTo("m", ["a", "b"])];
    const record = planRecordOf(considerPlan(planInput("m", { routes })).plan);
    expect(record).toEqual({
      matched: 'the route "m"',
      targets: [
        { provider: "a", model: "m", wire: "openai-chat", reason: 'route "m" (fallback), target 1 of 2' },
        { provider: "b", model: "m", wire: "openai-chat", reason: 'route "m" (fallback), target 2 of 2' },
      ],
      leftOut: [{ provider: "c", model: "m", why: 'of the route "m": it is for the team "data"' }],
      leftOutMore: 0,
      variant: null,
    });
    expect(JSON.parse(JSON.stringify(record))).toEqual(record);
  });

  it("stays small with a thousand routes that are for others, and says how many", () => {
    const routes = Array.from({ length: 1_000 }, (_, n) => routeTo("m", ["c"], { when: { team: [`team-${n}`] } }));
    const { leftOut, leftOutMore } = planRecordOf(considerPlan(planInput("m", { routes })).plan);
    expect([leftOut.length, leftOutMore]).toEqual([50, 950]);
  });
});
