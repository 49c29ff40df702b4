import { describe, expect, it } from "vitest";
import { ANSWERED, failed, healthWorld, OVERLOADED, target, UNREACHABLE } from "./health-world.ts";

const other = target("a", "other");

describe("the circuit of a model", () => {
  it("opens after failures in a row, and says why", () => {
    const health = healthWorld();
    for (let n = 0; n < 2; n++) health.attempt(target(), OVERLOADED);
    expect(health.availableAtMs(target())).toBe(0);
    health.attempt(target(), OVERLOADED);
    expect(health.availableAtMs(target())).toBe(health.nowMs() + 10_000);
    expect(health.begin(target())).toBeNull();
    expect(health.reason(target())).toBe(
      '"m" at "a" is left alone because it failed 3 times in a row (overloaded, status 503); for another 10 s',
    );
    expect(health.obstacle(target())?.cause).toBe("circuit");
    expect(health.events).toEqual([
      {
        kind: "down",
        provider: "a",
        model: "m",
        key: null,
        why: "it failed 3 times in a row (overloaded, status 503)",
      },
    ]);
    expect(health.availableAtMs(other)).toBe(0);
    expect(health.availableAtMs(target("b"))).toBe(0);
    expect(health.availableAtMs(target("a", "m", "second"))).toBeGreaterThan(0);
  });

  it("stays closed when an answer comes between failures", () => {
    const health = healthWorld();
    for (let n = 0; n < 8; n++) health.attempt(target(), n % 3 === 2 ? ANSWERED : OVERLOADED);
    expect(health.circuits()).toEqual([]);
  });

  it("opens when half of many attempts fail, though never in a row", () => {
    const health = healthWorld();
    for (let n = 0; n < 19; n++) health.attempt(target(), n % 2 === 0 ? OVERLOADED : ANSWERED);
    expect(health.circuits()).toEqual([]);
    health.attempt(target(), ANSWERED);
    health.attempt(target(), OVERLOADED);
    expect(health.circuits()).toMatchObject([{ circuit: "open", why: expect.stringContaining("11 of the last 21") }]);
  });

  it("looks only at the last minute for that", () => {
    const health = healthWorld();
    for (let n = 0; n < 40; n++) {
      health.attempt(target(), n % 2 === 0 ? OVERLOADED : ANSWERED);
      health.pass(4_000);
    }
    expect(health.circuits()).toEqual([]);
  });

  it("lets one attempt through when its time is over, and closes when that is answered", () => {
    const health = healthWorld();
    for (let n = 0; n < 3; n++) health.attempt(target(), OVERLOADED);
    health.pass(10_000);
    expect(health.circuits()).toMatchObject([{ circuit: "half-open", model: "m" }]);
    const probe = health.begin(target());
    expect(probe).not.toBeNull();
    expect(health.begin(target())).toBeNull();
    expect(health.obstacle(target())).toMatchObject({ cause: "probing", untilMs: health.nowMs() + 1_000 });
    probe?.end(ANSWERED);
    expect(health.circuits()).toEqual([]);
    expect(health.begin(target())).not.toBeNull();
    expect(health.begin(target())).not.toBeNull();
    expect(health.events.at(-1)).toEqual({ kind: "recovered", provider: "a", model: "m", key: null, from: "down" });
  });

  it("closes with the first content of a long answer, whose end still counts", () => {
    const health = healthWorld({ failures: 1 });
    health.attempt(target(), OVERLOADED);
    health.pass(10_000);
    const probe = health.begin(target());
    probe?.answering();
    expect(health.begin(target())).not.toBeNull();
    probe?.end({ kind: "broken", errorCode: "provider_cut" });
    expect(health.circuits()).toMatchObject([{ circuit: "open" }]);
  });

  it("stays open twice as long each time, up to the maximum, and starts over after a good time", () => {
    const health = healthWorld({ failures: 1 });
    const spans: number[] = [];
    for (let n = 0; n < 5; n++) {
      health.attempt(target(), OVERLOADED);
      const span = health.availableAtMs(target()) - health.nowMs();
      spans.push(span);
      health.pass(span);
    }
    expect(spans).toEqual([10_000, 20_000, 40_000, 60_000, 60_000]);
    expect(health.events).toHaveLength(1);
    health.attempt(target(), ANSWERED);
    health.attempt(target(), OVERLOADED);
    expect(health.availableAtMs(target()) - health.nowMs()).toBe(60_000);
    health.pass(60_000);
    health.attempt(target(), ANSWERED);
    health.pass(60_001);
    health.attempt(target(), OVERLOADED);
    expect(health.availableAtMs(target()) - health.nowMs()).toBe(10_000);
  });

  it("is spread by chance, so that gateways do not come back together, but never beyond the maximum", () => {
    for (const [random, span] of [
      [0.5, 10_500],
      [0.999, 10_999],
    ] as const) {
      const health = healthWorld({ failures: 1, maxOpenMs: 10_999 }, () => random);
      health.attempt(target(), OVERLOADED);
      expect(Math.round(health.availableAtMs(target()) - health.nowMs())).toBe(span);
    }
  });

  it("counts many attempts that fail together as one opening", () => {
    const health = healthWorld();
    const tickets = Array.from({ length: 200 }, () => health.begin(target()));
    for (const ticket of tickets) ticket?.end(OVERLOADED);
    expect(health.availableAtMs(target()) - health.nowMs()).toBe(10_000);
    expect(health.events).toHaveLength(1);
  });

  it("does not let an attempt of before it opened close it", () => {
    const health = healthWorld();
    const early = health.begin(target());
    for (let n = 0; n < 3; n++) health.attempt(target(), OVERLOADED);
    early?.end(ANSWERED);
    expect(health.circuits()).toMatchObject([{ circuit: "open" }]);
  });

  it("goes on to the next attempt when the one that is to find out says nothing", () => {
    const health = healthWorld({ failures: 1 });
    health.attempt(target(), OVERLOADED);
    health.pass(10_000);
    health.begin(target())?.end({ kind: "unrelated" });
    health.begin(target())?.end(failed("invalid_request", 400));
    const hanging = health.begin(target());
    health.pass(59_999);
    expect(health.begin(target())).toBeNull();
    health.pass(1);
    const next = health.begin(target());
    expect(next).not.toBeNull();
    expect(health.begin(target())).toBeNull();
    hanging?.end(OVERLOADED);
    next?.end(ANSWERED);
    expect(health.circuits()).toEqual([]);
  });

  it("never opens where the operator wants none", () => {
    const health = healthWorld({ failures: 0 });
    for (let n = 0; n < 100; n++) health.attempt(target(), n % 2 ? OVERLOADED : UNREACHABLE);
    expect(health.availableAtMs(target())).toBe(0);
  });

  it("takes the end of an attempt once", () => {
    const health = healthWorld();
    const ticket = health.begin(target());
    for (let n = 0; n < 10; n++) ticket?.end(OVERLOADED);
    expect(health.status()).toMatchObject([{ attempts: 1, failures: 1, circuit: "closed" }]);
  });
});

describe("what cannot be reached", () => {
  it("is the whole provider", () => {
    const health = healthWorld();
    health.attempt(target(), UNREACHABLE);
    health.attempt(other, UNREACHABLE);
    health.attempt(target("a", "third", "second"), UNREACHABLE);
    for (const each of [target(), other, target("a", "never asked")])
      expect(health.availableAtMs(each)).toBe(health.nowMs() + 10_000);
    expect(health.availableAtMs(target("b"))).toBe(0);
    expect(health.circuits()).toMatchObject([{ provider: "a", model: null, circuit: "open" }]);
    expect(health.events).toMatchObject([{ kind: "down", provider: "a", model: null, key: null }]);
  });

  it("is there again as soon as it gives any answer, even a bad one", () => {
    const health = healthWorld();
    for (let n = 0; n < 3; n++) health.attempt(target(), UNREACHABLE);
    health.pass(10_000);
    health.attempt(target(), failed("model_not_found", 404));
    expect(health.circuits()).toEqual([]);
    expect(health.events.at(-1)).toMatchObject({ kind: "recovered", model: null });
  });

  it("can be learned without an attempt", () => {
    const health = healthWorld();
    for (let n = 0; n < 3; n++) health.learn("a", false);
    expect(health.begin(target())).toBeNull();
    const until = health.availableAtMs(target());
    health.learn("a", false);
    expect(health.availableAtMs(target())).toBe(until);
    health.learn("a", true);
    expect(health.begin(target())).not.toBeNull();
    expect(health.events.map(({ kind }) => kind)).toEqual(["down", "recovered"]);
  });
});

describe("what concerns nobody", () => {
  it.each([
    failed("model_not_found", 404),
    failed("invalid_request", 400),
    failed("invalid_request", 422),
    failed("context_length_exceeded", 400),
    failed("body_too_large", 413),
    failed("credential_missing"),
    failed("translation_refused"),
    failed("request_timeout"),
    failed("something_unknown", 418),
    { kind: "unrelated" } as const,
  ])("changes nothing: %j", (outcome) => {
    const health = healthWorld({ failures: 1 });
    for (let n = 0; n < 30; n++) health.attempt(target(), outcome);
    expect(health.availableAtMs(target())).toBe(0);
    expect(health.status()).toEqual([]);
    expect(health.events).toEqual([]);
  });

  it.each([
    failed("provider_error", 500),
    failed("provider_error", 200),
    failed("overloaded", 529),
    failed("overloaded", 200),
    failed("provider_timeout"),
    failed("provider_timeout", 408),
    failed("provider_cut", 200),
    failed("something_unknown", 500),
    failed("something_unknown", 200),
    { kind: "broken", errorCode: "provider_unreachable" } as const,
  ])("is told from what is the model's fault: %j", (outcome) => {
    const health = healthWorld({ failures: 1 });
    health.attempt(target(), outcome);
    expect(health.circuits()).toMatchObject([{ provider: "a", model: "m", circuit: "open" }]);
  });
});
