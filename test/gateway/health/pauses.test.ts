import { describe, expect, it } from "vitest";
import { ANSWERED, failed, healthWorld, target, throttled } from "./health-world.ts";

const otherKey = target("a", "m", "second");
const otherModel = target("a", "other");

describe("a throttled key", () => {
  it("rests with that model for as long as the provider says, and nothing else does", () => {
    const health = healthWorld();
    health.attempt(target(), throttled(7_000));
    expect(health.availableAtMs(target())).toBe(health.nowMs() + 7_000);
    expect(health.obstacle(target())?.cause).toBe("throttled");
    expect(health.reason(target())).toBe('"a" throttles "m" for the key of "a"; for another 7.0 s');
    expect([otherKey, otherModel].map((each) => health.availableAtMs(each))).toEqual([0, 0]);
    expect(health.events).toEqual([]);
    health.pass(6_999);
    expect(health.begin(target())).toBeNull();
    health.pass(1);
    expect(health.begin(target())).not.toBeNull();
  });

  it("rests until the latest of all deadlines, in whatever order they come", () => {
    const health = healthWorld();
    const tickets = [health.begin(target()), health.begin(target()), health.begin(target())];
    tickets[0]?.end(throttled(30_000));
    tickets[1]?.end(throttled(1_000));
    tickets[2]?.end(ANSWERED);
    expect(health.availableAtMs(target())).toBe(health.nowMs() + 30_000);
  });

  it("is asked again ever later while nobody says when, up to a minute; an answer starts over", () => {
    const health = healthWorld();
    const spans: number[] = [];
    for (let n = 0; n < 8; n++) {
      health.attempt(target(), throttled(n % 2 ? null : 0));
      spans.push(health.availableAtMs(target()) - health.nowMs());
      health.pass(spans.at(-1) ?? 0);
    }
    expect(spans).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
    health.attempt(target(), ANSWERED);
    health.attempt(target(), throttled(null));
    expect(health.availableAtMs(target()) - health.nowMs()).toBe(1_000);
  });

  it("is not blamed more for many attempts that were under way together", () => {
    const health = healthWorld();
    const tickets = Array.from({ length: 50 }, () => health.begin(target()));
    for (const ticket of tickets) {
      health.pass(1);
      ticket?.end(throttled(null));
    }
    expect(health.availableAtMs(target()) - health.nowMs()).toBeLessThanOrEqual(1_000);
  });

  it("does not open a circuit", () => {
    const health = healthWorld({ failures: 1 });
    health.attempt(target(), throttled(1));
    expect(health.circuits()).toEqual([]);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, -1, 1e18])("survives a pause of %s ms", (retryAfterMs) => {
    const health = healthWorld();
    health.attempt(target(), throttled(retryAfterMs));
    const span = health.availableAtMs(target()) - health.nowMs();
    expect(span).toBeGreaterThan(0);
    expect(span).toBeLessThanOrEqual(31 * 24 * 3_600_000);
  });
});

describe("a model that is too busy", () => {
  it("rests for all keys when its provider says for how long", () => {
    const health = healthWorld();
    health.attempt(target(), failed("overloaded", 529, 5_000));
    expect([target(), otherKey].map((each) => health.availableAtMs(each) - health.nowMs())).toEqual([5_000, 5_000]);
    expect(health.availableAtMs(otherModel)).toBe(0);
  });
});

describe("a key whose quota is used up", () => {
  it.each([
    failed("quota_exceeded", 402),
    failed("quota_exceeded", 429),
    failed("insufficient_quota", 429),
  ])("rests with all models, for long, and alone: %j", (outcome) => {
    const health = healthWorld();
    health.attempt(target(), outcome);
    for (const each of [target(), otherModel]) expect(health.availableAtMs(each) - health.nowMs()).toBe(300_000);
    expect(health.availableAtMs(otherKey)).toBe(0);
    expect(health.obstacle(target())?.cause).toBe("quota");
    expect(health.events).toEqual([
      { kind: "down", provider: "a", model: null, key: "default", why: 'the quota of the key of "a" is used up' },
    ]);
  });

  it("rests longer when the provider says so, and comes back with an answer", () => {
    const health = healthWorld();
    health.attempt(otherKey, failed("quota_exceeded", 429, 3_600_000));
    expect(health.availableAtMs(otherKey) - health.nowMs()).toBe(3_600_000);
    health.pass(3_600_000);
    health.attempt(otherKey, failed("quota_exceeded", 429));
    health.pass(300_000);
    health.attempt(otherKey, ANSWERED);
    expect(health.events.map(({ kind }) => kind)).toEqual(["down", "recovered"]);
    expect(health.events.at(-1)).toEqual({
      kind: "recovered",
      provider: "a",
      model: null,
      key: "second",
      from: "down",
    });
  });
});

describe("a key that is refused", () => {
  it("is out for all models, the other keys go on", () => {
    const health = healthWorld();
    health.attempt(target(), failed("provider_auth_failed", 401));
    expect(health.obstacle(otherModel)).toMatchObject({ cause: "auth", untilMs: health.nowMs() + 300_000 });
    expect(health.availableAtMs(otherKey)).toBe(0);
    expect(health.circuits()).toEqual([]);
  });

  it("is out for one model when it is known but has no right to that", () => {
    const health = healthWorld();
    health.attempt(target(), failed("provider_auth_failed", 403));
    expect(health.obstacle(target())?.cause).toBe("auth");
    expect(health.availableAtMs(otherModel)).toBe(0);
    health.pass(300_000);
    health.attempt(target(), ANSWERED);
    expect(health.events.map(({ kind, model }) => [kind, model])).toEqual([
      ["down", "m"],
      ["recovered", "m"],
    ]);
  });
});

describe("a reset", () => {
  it("makes what it names available at once, and tells that it is", () => {
    const health = healthWorld({ failures: 1 });
    health.attempt(target("b"), throttled(90_000));
    health.attempt(target("a", "throttled"), throttled(90_000));
    health.attempt(target("a", "busy"), failed("overloaded", 503, 90_000));
    health.attempt(target("a", "m", "poor"), failed("quota_exceeded", 402));
    health.attempt(target(), failed("provider_unreachable"));
    health.reset({ provider: "a" });
    for (const each of health.status())
      expect([each.provider, each.availableAtMs > 0]).toEqual([each.provider, each.provider === "b"]);
    expect(health.circuits()).toEqual([]);
    expect(health.events.filter(({ kind }) => kind === "recovered")).toMatchObject([
      { provider: "a", model: null, key: null },
      { provider: "a", model: "busy", key: null },
      { provider: "a", model: null, key: "poor" },
    ]);
  });

  it("of one model leaves the others", () => {
    const health = healthWorld({ failures: 1 });
    health.attempt(target(), failed("provider_error", 500));
    health.attempt(otherModel, failed("provider_error", 500));
    health.reset({ provider: "a", model: "m" });
    expect(health.availableAtMs(target())).toBe(0);
    expect(health.availableAtMs(otherModel)).toBeGreaterThan(0);
  });

  it("forgets how often a circuit was open, and what was under way", () => {
    const health = healthWorld({ failures: 1 });
    for (let n = 0; n < 3; n++) {
      health.attempt(target(), failed("provider_error", 500));
      health.pass(health.availableAtMs(target()) - health.nowMs());
    }
    const probe = health.begin(target());
    health.reset({});
    probe?.end(failed("provider_error", 500));
    expect(health.availableAtMs(target())).toBe(0);
    health.attempt(target(), failed("provider_error", 500));
    expect(health.availableAtMs(target()) - health.nowMs()).toBe(10_000);
  });
});
