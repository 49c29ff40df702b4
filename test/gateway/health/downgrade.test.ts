import { describe, expect, it } from "vitest";
import type { AttemptOutcome } from "../../../src-gateway/health/types.ts";
import { failed, type HealthWorld, healthWorld, target } from "./health-world.ts";

interface Pace {
  firstTokenMs?: number;
  tokensPerSecond?: number;
  refused?: boolean;
}

function answer({ firstTokenMs = 900, tokensPerSecond = 68, refused = false }: Pace = {}): AttemptOutcome {
  return {
    kind: "answered",
    firstTokenMs,
    totalMs: firstTokenMs + 10_000,
    outputTokens: tokensPerSecond * 10,
    refused,
  };
}

/** After which nothing is recent any more. */
const AN_HOUR = 3_600_000;

/** One attempt a minute. */
function minutes(health: HealthWorld, count: number, outcome: AttemptOutcome | ((n: number) => AttemptOutcome)): void {
  for (let n = 0; n < count; n++) {
    health.attempt(target(), typeof outcome === "function" ? outcome(n) : outcome);
    health.pass(60_000);
  }
}

/** Ten attempts a minute. */
function busy(health: HealthWorld, count: number, outcome: AttemptOutcome | ((n: number) => AttemptOutcome)): void {
  for (let n = 0; n < count; n++) {
    health.attempt(target(), typeof outcome === "function" ? outcome(n) : outcome);
    health.pass(6_000);
  }
}

const degraded = (health: HealthWorld): string[] =>
  health.events.flatMap((event) => (event.kind === "degraded" ? [event.why] : []));

describe("a model that became worse", () => {
  it("is told once, with the numbers, and again only after it was well", () => {
    const health = healthWorld();
    minutes(health, 100, answer());
    health.pass(AN_HOUR);
    busy(health, 100, answer({ tokensPerSecond: 21, firstTokenMs: 4_100 }));
    expect(degraded(health)).toHaveLength(1);
    expect(degraded(health)[0]).toContain("answers come at 21 tokens/s, where 68 were usual");
    expect(health.status()[0]?.degraded).toContain("usual");
    busy(health, 100, answer({ tokensPerSecond: 40, firstTokenMs: 1_600 }));
    expect(health.status()[0]?.degraded).not.toBeNull();
    busy(health, 100, answer());
    expect(health.status()[0]?.degraded).toBeNull();
    expect(health.events.map(({ kind }) => kind)).toEqual(["degraded", "recovered"]);
    expect(health.events.at(-1)).toMatchObject({ from: "degraded" });
    busy(health, 100, answer({ tokensPerSecond: 21 }));
    expect(degraded(health)).toHaveLength(2);
  });

  it.each([
    [answer({ firstTokenMs: 4_100 }), "the first token takes 4.1 s, where 0.9 s was usual"],
    [answer({ refused: true }), "of the requests are refused by the model, where 0 % was usual"],
    [failed("provider_error", 500), "of the attempts fail, where 0 % was usual"],
  ])("is noticed by any one of its numbers: %j", (outcome, words) => {
    const health = healthWorld({ failures: 0 });
    minutes(health, 100, answer());
    health.pass(AN_HOUR);
    busy(health, 80, outcome);
    expect(degraded(health)).toHaveLength(1);
    expect(degraded(health)[0]).toContain(words);
  });

  it("is compared with itself: one that was always slow is not degraded, nor is one that became faster", () => {
    const health = healthWorld();
    minutes(health, 100, answer({ tokensPerSecond: 5, firstTokenMs: 9_000 }));
    busy(health, 100, answer({ tokensPerSecond: 68, firstTokenMs: 300 }));
    expect(health.events).toEqual([]);
  });

  it("is not seen in a few attempts, in what varies, or before it is known what is usual", () => {
    const few = healthWorld();
    minutes(few, 100, answer());
    few.pass(AN_HOUR);
    busy(few, 19, answer({ tokensPerSecond: 1 }));
    expect(degraded(few)).toEqual([]);

    const varied = healthWorld();
    const swing = (n: number): AttemptOutcome =>
      answer({ tokensPerSecond: 30 + 40 * (n % 3), firstTokenMs: 500 + 700 * (n % 4) });
    minutes(varied, 100, swing);
    busy(varied, 300, swing);
    expect(degraded(varied)).toEqual([]);

    const young = healthWorld();
    minutes(young, 30, answer());
    busy(young, 60, answer({ tokensPerSecond: 1 }));
    expect(degraded(young)).toEqual([]);
  });

  it("does not learn in one busy hour to take the worse for usual", () => {
    const health = healthWorld();
    minutes(health, 300, answer());
    busy(health, 600, answer({ tokensPerSecond: 21 }));
    expect(health.status()[0]?.degraded).not.toBeNull();
  });
});

describe("the speed of a model", () => {
  it("is the median of late, of all its keys, and unknown before three answers and after a quarter of an hour", () => {
    const health = healthWorld();
    const ask = (key: string, firstTokenMs: number) =>
      health.attempt(target("a", "m", key), answer({ firstTokenMs, tokensPerSecond: firstTokenMs / 10 }));
    ask("one", 100);
    ask("two", 900);
    expect(health.firstTokenP50Ms("a", "m")).toBeNull();
    ask("one", 300);
    expect(health.firstTokenP50Ms("a", "m")).toBe(300);
    expect(health.status()[0]).toMatchObject({ firstTokenP50Ms: 300, tokensPerSecondP50: 30 });
    expect(health.firstTokenP50Ms("a", "other")).toBeNull();
    expect(health.firstTokenP50Ms("b", "m")).toBeNull();
    health.pass(15 * 60_000 + 1);
    expect(health.firstTokenP50Ms("a", "m")).toBeNull();
  });

  it("follows the last 64 answers", () => {
    const health = healthWorld();
    for (let n = 0; n < 1_000; n++) health.attempt(target(), answer({ firstTokenMs: 5_000 }));
    for (let n = 0; n < 33; n++) health.attempt(target(), answer({ firstTokenMs: 100 }));
    expect(health.firstTokenP50Ms("a", "m")).toBe(100);
  });

  it("is not guessed from answers in one piece, nor from a few tokens", () => {
    const health = healthWorld();
    for (let n = 0; n < 5; n++) {
      health.attempt(target(), { kind: "answered", firstTokenMs: null, totalMs: 3_000, outputTokens: 500 });
      health.attempt(target(), { kind: "answered", firstTokenMs: 100, totalMs: 200, outputTokens: 3 });
    }
    expect(health.status()[0]).toMatchObject({ firstTokenP50Ms: 100, tokensPerSecondP50: null });
  });
});
