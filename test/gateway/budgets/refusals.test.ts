import { describe, expect, it } from "vitest";
import { amountText, rateHeaders, refusal, warningHeader } from "../../../src-gateway/budgets/refusals.ts";
import type { BudgetMet, RateStanding } from "../../../src-gateway/budgets/types.ts";
import { START_MS } from "./world.ts";

const nowUs = START_MS * 1000;
const met: BudgetMet = {
  budget: "team-month",
  quota: "hard",
  scope: "team",
  value: "data",
  unit: "usd",
  limit: 50_000_000_000,
  spent: 49_000_000_000,
  held: 500_000_000,
  percent: 100,
  action: "block",
  resetsAtUs: Date.UTC(2026, 11, 1) * 1000,
};
const standing = (more: Partial<RateStanding>): RateStanding => ({
  rate: "key",
  scope: "key",
  value: "ci",
  unit: "requests",
  limit: 60,
  remaining: 59,
  resetMs: 60_500,
  ...more,
});

describe("a refusal", () => {
  it("says which budget, how it stands, when it resets and what can be done", () => {
    const error = refusal({ action: "block", reason: "limit", met, warnings: [] }, nowUs);
    expect(error).toMatchObject({ status: 402, code: "quota_exceeded", retryable: false });
    expect(error.message).toBe(
      'The budget "team-month" of the team "data" has no room for this request: $49.00 of $50.00 spent, and $0.5000 ' +
        'reserved by requests that run. It has room again on 2026-12-01T00:00:00Z, or when somebody raises the limit of "team-month".',
    );
    expect(error.retryAfterMs).toBe(12.5 * 86_400_000);
  });

  it("says what is used up for good, what nobody agreed to, and what has no price", () => {
    const pool = { ...met, scope: "global" as const, value: "", spent: met.limit, held: 0, resetsAtUs: null };
    const used = refusal({ action: "block", reason: "limit", met: pool, warnings: [] }, nowUs);
    expect(used.message).toMatch(/^The budget "team-month" is used up: \$50\.00 of \$50\.00 spent\. Raise the limit/);
    expect(used.retryAfterMs).toBeUndefined();
    expect(refusal({ action: "ask", waitMs: 1, met, warnings: [] }, nowUs).message).toContain("nobody agreed");
    expect(refusal({ action: "block", reason: "unpriced", met, warnings: [] }, nowUs).message).toContain(
      "unpriced: allow",
    );
  });

  it("of what comes too fast says when it fits, or that it never does", () => {
    const rate = standing({ remaining: 0 });
    const slow = refusal({ action: "slow", rate, retryAfterMs: 1_500, rates: [rate] }, nowUs);
    expect(slow).toMatchObject({ status: 429, code: "rate_limited", retryAfterMs: 1_500 });
    expect(slow.message).toBe('This key may use 60 requests a minute (limit "key"). Try again in 2 seconds.');
    const big = standing({ unit: "tokens", limit: 1000, scope: "global" });
    const never = refusal({ action: "slow", rate: big, retryAfterMs: null, rates: [big] }, nowUs);
    expect(never.message).toContain("This gateway may use 1000 tokens a minute, and this request alone may need more");
    expect(never.retryAfterMs).toBeUndefined();
  });
});

describe("headers", () => {
  it("tell of the tightest limit, and of each unit", () => {
    const tokens = standing({ unit: "tokens", limit: 1000, remaining: 10, resetMs: 1 });
    expect(
      rateHeaders([standing({}), tokens, standing({ unit: "concurrent", limit: 4, remaining: 3, resetMs: 0 })]),
    ).toEqual({
      "x-ratelimit-limit": "1000",
      "x-ratelimit-remaining": "10",
      "x-ratelimit-reset": "1",
      "x-ratelimit-limit-requests": "60",
      "x-ratelimit-remaining-requests": "59",
      "x-ratelimit-reset-requests": "61",
      "x-ratelimit-limit-tokens": "1000",
      "x-ratelimit-remaining-tokens": "10",
      "x-ratelimit-reset-tokens": "1",
    });
    expect(rateHeaders([])).toEqual({});
  });

  it("warn of every budget that is met, in characters that a header may have", () => {
    expect(warningHeader([])).toBeNull();
    const small = {
      ...met,
      budget: "day",
      unit: "tokens" as const,
      limit: 200,
      spent: 150,
      held: 25,
      resetsAtUs: null,
    };
    expect(warningHeader([met, small])).toBe(
      "team-month 99% of $50.00, resets 2026-12-01T00:00:00Z; day 87% of 200 tokens",
    );
  });

  it("write amounts as people do", () => {
    expect([amountText(0, "usd"), amountText(1_234_000, "usd"), amountText(7, "requests")]).toEqual([
      "$0.00",
      "$0.0012",
      "7 requests",
    ]);
  });
});
