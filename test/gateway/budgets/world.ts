/** Budgets for tests, over every kind of counts. */
import { randomUUID } from "node:crypto";
import { createAsks } from "../../../src-gateway/budgets/asks.ts";
import { createBudgets } from "../../../src-gateway/budgets/budgets.ts";
import type { CountStore } from "../../../src-gateway/budgets/counts.ts";
import { MemoryCounts } from "../../../src-gateway/budgets/memory-counts.ts";
import { createRedisCounts } from "../../../src-gateway/budgets/redis-counts.ts";
import { openRedisLink } from "../../../src-gateway/budgets/redis-link.ts";
import { SharedCounts } from "../../../src-gateway/budgets/shared-counts.ts";
import type {
  Amounts,
  Budgets,
  Limits,
  Notice,
  SpendDecision,
  SpentQuery,
  Subject,
} from "../../../src-gateway/budgets/types.ts";
import type { Clock } from "../../../src-gateway/lib/clock.ts";
import { systemClock } from "../../../src-gateway/lib/clock.ts";
import { silentLogger } from "../../../src-gateway/lib/logger.ts";
import type { Schedule } from "../../../src-gateway/limits/types.ts";
import type { BudgetConfig, RateLimitConfig, Threshold } from "../../../src-gateway/settings/budget-types.ts";

export const realSchedule: Schedule = (callback, delayMs) => {
  const timer = setTimeout(callback, delayMs);
  return () => clearTimeout(timer);
};

/** A clock that stands still until it is moved. */
export interface HeldClock extends Clock {
  ms: number;
}

export const START_MS = Date.UTC(2026, 10, 18, 12, 0, 0);

export function heldClock(ms = START_MS): HeldClock {
  return {
    ms,
    nowUs() {
      return this.ms * 1000;
    },
    monotonicUs() {
      return this.ms * 1000;
    },
  };
}

export const block: Threshold = { percent: 100, action: "block" };

export const budget = (more: Partial<BudgetConfig> = {}): BudgetConfig => ({
  id: "b",
  per: "user",
  kind: "hard",
  unit: "tokens",
  limit: 100,
  window: { kind: "day", timeZone: "UTC" },
  thresholds: [block],
  schedule: [],
  timeZone: "UTC",
  unpriced: "allow",
  where: "test",
  ...more,
});

export const rate = (more: Partial<RateLimitConfig> = {}): RateLimitConfig => ({
  id: "r",
  per: "key",
  schedule: [],
  timeZone: "UTC",
  where: "test",
  ...more,
});

export const named = (name: string): { id: string; name: string } => ({ id: name, name });
export const tokens = (count: number): Amounts => ({ costNano: count, tokens: count });
export const ana: Subject = { user: named("ana"), key: named("k1") };

export const onlyBudgets = (...budgets: BudgetConfig[]): Limits => ({ budgets, rateLimits: [] });

export interface TestBudgets {
  budgets: Budgets;
  counts: CountStore;
  notices: Notice[];
  queries: SpentQuery[];
  ask(
    subject: Subject,
    amount: number,
    more?: { stage?: "request" | "target"; passed?: string[] },
  ): Promise<SpendDecision>;
}

export interface TestBudgetsOptions {
  limits: Limits;
  counts: CountStore;
  clock?: Clock;
  spentSince?(query: SpentQuery): number | Promise<number>;
  gateway?: string;
}

export function testBudgets(options: TestBudgetsOptions): TestBudgets {
  const { limits, counts, clock = systemClock, gateway = randomUUID() } = options;
  const notices: Notice[] = [];
  const queries: SpentQuery[] = [];
  const budgets = createBudgets({
    limits,
    counts,
    clock,
    gateway,
    log: silentLogger,
    asks: createAsks({ clock, schedule: realSchedule, board: null }),
    spentSince: async (query) => {
      queries.push(query);
      return (await options.spentSince?.(query)) ?? 0;
    },
    onNotice: (notice) => notices.push(notice),
  });
  return {
    budgets,
    counts,
    notices,
    queries,
    ask: (subject, amount, { stage = "request", passed = [] } = {}) =>
      budgets.reserve({ subject, stage, estimate: tokens(amount), passed }),
  };
}

/** The kinds of counts that have to behave alike. `open` makes empty ones. */
export interface CountsKind {
  name: string;
  open(clock: Clock): Promise<CountStore>;
}

export const memoryKind: CountsKind = { name: "memory", open: () => Promise.resolve(new MemoryCounts()) };

/** As many stores as wanted, on the same counts. */
export const openRemote = async (url: string, clock: Clock, prefix: string, silenceMs = 10_000) =>
  createRedisCounts(await openReady(url, silenceMs), () => Math.floor(clock.nowUs() / 1000), prefix);

async function openReady(url: string, silenceMs: number) {
  const link = await openRedisLink({ url, clock: systemClock, schedule: realSchedule, silenceMs });
  if (link.redis.status !== "ready") await new Promise<void>((ready) => void link.redis.once("ready", () => ready()));
  return link;
}

export async function openShared(options: {
  url: string;
  clock: Clock;
  prefix: string;
  silenceMs?: number;
  log?: typeof silentLogger;
  schedule?: Schedule;
  startMs?: number;
  /** Told each claim that is sent to Redis. */
  onClaim?(): void;
}): Promise<SharedCounts> {
  const { url, clock, prefix, silenceMs = 10_000, log = silentLogger, schedule = realSchedule } = options;
  const link = await openRedisLink({ url, clock: systemClock, schedule, silenceMs });
  const scripts = createRedisCounts(link, () => Math.floor(clock.nowUs() / 1000), prefix);
  const remote: typeof scripts = {
    ...scripts,
    claim(...args) {
      options.onClaim?.();
      return scripts.claim(...args);
    },
  };
  const counts = new SharedCounts({ remote, gateway: randomUUID(), clock, schedule, log });
  await counts.start(options.startMs ?? 5_000);
  return counts;
}
