import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { Entry, Json } from "../../src-renderer/configuration/config-value.ts";
import { entryYaml } from "../../src-renderer/features/budgets/entry-yaml.ts";
import {
  budgetOf,
  draftOfBudget,
  draftOfRate,
  isWholeBudget,
  isWholeRate,
  newBudget,
  newRate,
  newThreshold,
  rateOf,
  withAct,
  withKind,
  withPer,
  withWindow,
} from "../../src-renderer/features/budgets/limit-draft.ts";

const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
const only = fc.oneof(name, fc.array(name, { minLength: 1, maxLength: 3 }), fc.constant("Key of Ada, and others"));
const threshold = fc.record(
  {
    percent: fc.nat(120),
    do: fc.constantFrom("warn", "downgrade", "ask"),
    to: name,
    wait: fc.constant("5m"),
    note: name,
  },
  { requiredKeys: ["percent", "do"] },
);
const schedule = fc.constant<Json>([{ time: "22:00-06:00", limit: 0, requests_per_minute: 5 }]);
const budget: fc.Arbitrary<Entry> = fc.record(
  {
    id: name,
    per: fc.constantFrom("user", "global"),
    only,
    kind: fc.constantFrom("hard", "soft", "reserved", "burstable", "pool"),
    unit: fc.constantFrom("usd", "tokens"),
    limit: fc.oneof(fc.nat(), fc.double({ min: 0, max: 9_999, noNaN: true })),
    window: fc.constantFrom("day", "total", "5h"),
    from: fc.constant("2026-11-01"),
    time_zone: fc.constant("Europe/Berlin"),
    of: name,
    burst: fc.nat(),
    at: fc.array(threshold, { maxLength: 3 }),
    schedule,
    unpriced: fc.constant("block"),
    "what comes later": fc.constant({ deep: [1, null, true] }),
  },
  { requiredKeys: ["id", "per", "limit"] },
);
const rate: fc.Arbitrary<Entry> = fc.record(
  { id: name, per: name, only, requests_per_minute: fc.nat(), concurrent: fc.nat(), time_zone: name, schedule },
  { requiredKeys: ["per"] },
);

describe("the draft of a budget or a rate limit", () => {
  it("gives back every entry that nobody changed, with what the form does not know", () => {
    fc.assert(
      fc.property(budget, (written) => {
        expect(budgetOf(draftOfBudget(written), written)).toEqual(written);
      }),
    );
    fc.assert(
      fc.property(rate, (written) => {
        expect(rateOf(draftOfRate(written), written)).toEqual(written);
      }),
    );
  });

  it("changes what was changed, and nothing else", () => {
    const written: Entry = {
      id: "interns",
      per: "user",
      only: ["intern-*"],
      limit: 5,
      at: [{ percent: 80, do: "downgrade", to: "gpt-5-mini", note: 1 }],
      schedule: [{ days: "sat-sun", limit: 1 }],
    };
    const draft = draftOfBudget(written);
    const [first = newThreshold([])] = draft.at;
    const at = [withAct({ ...first, percent: "90" }, "ask"), newThreshold(draft.at)];
    expect(budgetOf({ ...draft, limit: " 7.5 ", only: "intern-*, Grace Hopper", at }, written)).toEqual({
      ...written,
      limit: 7.5,
      only: ["intern-*", "Grace Hopper"],
      at: [
        { percent: 90, do: "ask", note: 1 },
        { percent: 100, do: "warn" },
      ],
    });
    expect(budgetOf({ ...draft, at: [] }, written)).not.toHaveProperty("at");
    expect(rateOf({ ...newRate(), concurrent: "4" }, null)).toEqual({ per: "key", concurrent: 4 });
  });

  it("takes away what means nothing to another choice", () => {
    const written: Entry = { id: "a", per: "team", only: "x", kind: "burstable", of: "house", burst: 3, limit: 1 };
    const draft = draftOfBudget({ ...written, window: "total", from: "2026-11-01" });
    const after = withWindow(withKind(withPer(draft, "global"), "hard"), "day");
    expect(budgetOf(after, { ...written, window: "total", from: "2026-11-01" })).toEqual({
      id: "a",
      per: "global",
      kind: "hard",
      limit: 1,
      window: "day",
    });
  });

  it("is not shown to the gateway before it says anything", () => {
    const named = { ...newBudget(), id: "a" };
    expect(isWholeBudget(named)).toBe(false);
    expect(isWholeBudget({ ...named, limit: "0" })).toBe(true);
    expect(isWholeBudget({ ...named, limit: "0", at: [{ ...newThreshold([]), percent: "" }] })).toBe(false);
    expect(isWholeRate(newRate(), null)).toBe(false);
    expect(isWholeRate(newRate(), { per: "key", schedule: [] })).toBe(true);
    expect(isWholeRate({ ...newRate(), concurrent: "1" }, null)).toBe(true);
  });
});

describe("an entry as YAML", () => {
  it("says what the entry says, whatever stands in it", () => {
    const words = fc.constantFrom(
      "no",
      "on",
      "1e3",
      "0x1F",
      "~",
      "",
      "- a",
      "a: b",
      "a #b",
      "2026-11-01",
      "gpt-5/mini@x",
    );
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        words,
        fc.string(),
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie("any"), { maxLength: 3 }),
        fc.dictionary(fc.string({ minLength: 1 }), tie("any"), { maxKeys: 3, noNullPrototype: true }),
      ),
    })).any;
    const entry = fc.dictionary(
      fc.oneof(
        name,
        words.filter((word) => word !== ""),
      ),
      value,
      { minKeys: 1, noNullPrototype: true },
    );
    fc.assert(
      fc.property(entry, (each) => {
        expect(parse(entryYaml(each as Entry))).toEqual([each]);
      }),
    );
  });
});
