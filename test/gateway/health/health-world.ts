/** Health on a clock that only tests move. */
import { createHealth } from "../../../src-gateway/health/health.ts";
import type { AttemptOutcome, Health, HealthEvent, HealthTarget } from "../../../src-gateway/health/types.ts";

export const RULES = { failures: 3, openMs: 10_000, maxOpenMs: 60_000, keyRestMs: 300_000 };

export interface HealthWorld extends Health {
  nowMs(): number;
  pass(ms: number): void;
  events: HealthEvent[];
  /** One attempt from begin to end. @throws Error when the target may not be asked. */
  attempt(target: HealthTarget, outcome: AttemptOutcome): void;
}

export function healthWorld(rules: Partial<typeof RULES> = {}, random = () => 0): HealthWorld {
  let nowUs = 5_000_000;
  const clock = { nowUs: () => nowUs, monotonicUs: () => nowUs };
  const health = createHealth({ clock, settings: { ...RULES, ...rules }, random });
  const events: HealthEvent[] = [];
  health.onEvent((event) => events.push(event));
  return {
    ...health,
    nowMs: () => nowUs / 1000,
    pass: (ms) => {
      nowUs += ms * 1000;
    },
    events,
    attempt(target, outcome) {
      const ticket = health.begin(target);
      if (ticket === null) throw new Error(`it may not be asked: ${health.reason(target)}`);
      ticket.end(outcome);
    },
  };
}

export const target = (provider = "a", model = "m", key = "default"): HealthTarget => ({ provider, key, model });

export const ANSWERED: AttemptOutcome = { kind: "answered", firstTokenMs: 500, totalMs: 2_500, outputTokens: 100 };

export const failed = (
  errorCode: string,
  status: number | null = null,
  retryAfterMs: number | null = null,
): AttemptOutcome => ({ kind: "failed", errorCode, status, retryAfterMs });

export const OVERLOADED = failed("overloaded", 503);
export const UNREACHABLE = failed("provider_unreachable");
export const throttled = (retryAfterMs: number | null): AttemptOutcome => failed("rate_limited", 429, retryAfterMs);
