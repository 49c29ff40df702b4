import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isOnFor } from "../../../src-gateway/flags/decide.ts";
import { FLAGS } from "../../../src-gateway/flags/flag-table.ts";
import { createFlags } from "../../../src-gateway/flags/flags.ts";
import { systemClock } from "../../../src-gateway/lib/clock.ts";
import { describeOnBothDatabases } from "../../suites/store.suite.ts";

const row = FLAGS.retry_join;
const user = fc.integer({ min: 1, max: 1_000_000 });

describe("a flag", () => {
  it("follows the most particular rule that there is", () => {
    const rule = { on: true, percentage: 100, environments: { live: false }, users: { "7": true } };
    expect(isOnFor(row, rule, "live", 7)).toBe(true);
    expect(isOnFor(row, rule, "live", 8)).toBe(false);
    expect(isOnFor(row, rule, "dev", 8)).toBe(true);
    expect(isOnFor(row, { on: false, percentage: 0 }, "dev", null)).toBe(false);
    expect(isOnFor(row, {}, "dev", 8)).toBe(row.standard);
    expect(isOnFor(row, null, "dev", 8)).toBe(row.standard);
  });

  it("is on for the same users at any time, and for more of them when the share grows", () => {
    fc.assert(
      fc.property(
        user,
        fc.double({ min: 0, max: 100, noNaN: true }),
        fc.double({ min: 0, max: 100, noNaN: true }),
        (id, a, b) => {
          const [less, more] = [Math.min(a, b), Math.max(a, b)];
          const isOn = (percentage: number): boolean => isOnFor(row, { percentage }, "dev", id);
          expect(isOn(less)).toBe(isOn(less));
          expect(!isOn(less) || isOn(more)).toBe(true);
          expect([isOn(0), isOn(100)]).toEqual([false, true]);
        },
      ),
    );
    const share = Array.from({ length: 5_000 }, (_, id) => isOnFor(row, { percentage: 30 }, "dev", id)).filter(
      Boolean,
    ).length;
    expect(share / 5_000).toBeGreaterThan(0.27);
    expect(share / 5_000).toBeLessThan(0.33);
  });
});

describeOnBothDatabases("flags", (database) => {
  it("are decided for all replicas, and forgotten again", async () => {
    const [one, two] = [await database.open(), await database.open()].map((store) =>
      createFlags({ store, environment: "dev", clock: systemClock }),
    );
    expect(one?.isOn("runaway_guard")).toBe(true);
    await one?.decide("runaway_guard", { users: { "3": false } }, "admin@local");
    await two?.look();
    expect([two?.isOn("runaway_guard", 3), two?.isOn("runaway_guard", 4)]).toEqual([false, true]);
    expect(two?.list().find(({ name }) => name === "runaway_guard")).toMatchObject({ updatedBy: "admin@local" });
    await two?.decide("runaway_guard", null, "admin@local");
    await one?.look();
    expect(one?.isOn("runaway_guard", 3)).toBe(true);
    await expect(one?.decide("no_such_flag", null, "x")).rejects.toMatchObject({ code: "not_found" });
  });
});
