import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NO_USAGE } from "../../src-gateway/ir/usage.ts";
import {
  type Exchange,
  matchesSearch,
  mergeRows,
  NO_FILTER,
  passesFilter,
  visibleRange,
} from "../../src-renderer/features/requests/request-rows.ts";

export const row = (over: Partial<Exchange> = {}): Exchange => ({
  id: 1,
  requestId: "req_1",
  userId: 1,
  apiKeyId: 1,
  agent: "claude-code/2.1.329",
  session: null,
  project: null,
  surface: "chat",
  stream: true,
  modelAsked: "gpt-5",
  modelRouted: "gpt-5-mini",
  modelServed: "gpt-5-mini-2025-08-07",
  provider: "openai",
  plan: null,
  attempts: [],
  outcome: "completed",
  status: 200,
  errorCode: null,
  errorMessage: null,
  finishReason: "stop",
  queueUs: 100,
  firstByteUs: 500,
  firstTokenUs: 600,
  totalUs: 1_000,
  usage: { ...NO_USAGE },
  usageSource: "provider",
  losses: [],
  bytesIn: 1,
  bytesOut: 1,
  joinedTo: null,
  replayOf: null,
  prefix: null,
  gitBranch: null,
  runaway: null,
  own: null,
  serviceTier: null,
  counts: null,
  cost: null,
  ...over,
});

const newestFirst = (ids: number[]): number[] => [...new Set(ids)].toSorted((a, b) => b - a);

describe("rows from pages and from the live stream", () => {
  it("stand newest first, each once, with the last word on each", () => {
    const ids = fc.array(fc.integer({ min: 1, max: 50 }));
    fc.assert(
      fc.property(ids, ids, (old, newer) => {
        const merged = mergeRows(
          old.map((id) => row({ id, status: 100 })),
          newer.map((id) => row({ id, status: 200 })),
        );
        expect(merged.map(({ id }) => id)).toEqual(newestFirst([...old, ...newer]));
        const replaced = merged.filter(({ status }) => status === 200);
        expect(replaced.map(({ id }) => id)).toEqual(newestFirst(newer));
      }),
    );
  });

  it.each([
    [{ failedOnly: true }, { outcome: "completed" }, false],
    [{ failedOnly: true }, { outcome: "open" }, false],
    [{ failedOnly: true }, { outcome: "client_aborted" }, true],
    [{ provider: "openai" }, {}, true],
    [{ provider: "anthropic" }, {}, false],
    [{ model: "gpt-5" }, {}, true],
    [{ model: "gpt-5-mini" }, {}, true],
    [{ model: "gpt-5-mini-2025-08-07" }, {}, true],
    [{ model: "gpt" }, {}, false],
    [{}, {}, true],
  ] as const)("pass the filter %j as the gateway would let them: %j %s", (filter, over, expected) => {
    expect(passesFilter(row(over), { ...NO_FILTER, ...filter })).toBe(expected);
  });

  it.each([
    ["", true],
    ["  ", true],
    ["CLAUDE gpt-5", true],
    ["req_1", true],
    ["200", true],
    ["claude gemini", false],
  ])("are found by every word of %j: %s", (search, expected) => {
    expect(matchesSearch(row(), search)).toBe(expected);
  });
});

describe("what exists of a long list", () => {
  it("covers what is in sight, stays within the list, and stays small", () => {
    const view = { scrollTop: fc.integer({ min: -100, max: 400_000 }), height: fc.integer({ min: 0, max: 2_000 }) };
    fc.assert(
      fc.property(fc.record(view), fc.integer({ min: 0, max: 10_000 }), (seen, count) => {
        const { start, end } = visibleRange(seen, count, 32);
        expect(start).toBeGreaterThanOrEqual(0);
        expect(end).toBeLessThanOrEqual(count);
        expect(end - start).toBeLessThanOrEqual(Math.ceil(seen.height / 32) + 17);
        const top = Math.max(0, seen.scrollTop);
        const inSight = Array.from({ length: seen.height + 1 }, (_, y) => Math.floor((top + y) / 32));
        expect(inSight.filter((index) => index < count && (index < start || index >= end))).toEqual([]);
      }),
    );
  });
});
