/** A ledger as a small team has it after some weeks: people who work by day, models with prices, a few bad hours. */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { ExchangeRecord, Outcome } from "../../src-gateway/ir/exchange-record.ts";
import { NO_USAGE } from "../../src-gateway/ir/usage.ts";
import { priceRecord } from "../../src-gateway/prices/price-record.ts";
import { createGroupWriter } from "../../src-gateway/store/group-writer.ts";
import type { Store } from "../../src-gateway/store/open-store.ts";
import { completedRecord } from "./exchange-records.ts";
import { bookOf, TEST_PRICES } from "./filled-ledger.ts";

const HOUR_US = 3_600_000_000;
const GROUP = 500;

const AGENTS = [
  "claude-cli/2.1.329",
  "codex_cli_rs/0.99.0",
  "opencode/1.4.2",
  "GeminiCLI/0.31.0",
  "OpenAI/Python 2.9.0",
];
const PROJECTS = ["billing", "console", "gateway", "mobile", "search", null];
const BRANCHES = ["main", "fix/retry", "feature/charts", "release/2.4", null];
const MODELS = [
  { model: "claude-sonnet-4-5", provider: "anthropic", weight: 8 },
  { model: "claude-opus-4-6", provider: "anthropic", weight: 2 },
  { model: "claude-haiku-4-5", provider: "anthropic", weight: 4 },
  { model: "gpt-5", provider: "openai", weight: 5 },
  { model: "gpt-5-mini", provider: "openai", weight: 3 },
  // Nobody knows what it costs.
  { model: "qwen3-coder", provider: "vllm-office", weight: 2 },
];
const PRICES = {
  ...TEST_PRICES,
  "claude-opus-4-6": { input: 15_000_000, output: 75_000_000 },
  "claude-haiku-4-5": { input: 800_000, output: 4_000_000 },
  "gpt-5-mini": { input: 250_000, output: 2_000_000 },
};
/** How busy each hour of a day is. */
const RHYTHM = [1, 0, 0, 0, 0, 1, 2, 5, 12, 18, 20, 19, 12, 16, 20, 21, 18, 14, 9, 6, 5, 4, 3, 2];

export interface BusyLedgerOptions {
  rows: number;
  days: number;
  /** The newest row is just before. */
  endUs: number;
  /** Of the users and keys that requests are by; each is taken in turn. */
  owners?: readonly { userId: number; apiKeyId: number }[];
}

/** Writes the rows, the oldest first; the same ones for the same options. */
export async function fillBusyLedger(store: Store, options: BusyLedgerOptions): Promise<void> {
  const { rows, days, endUs, owners = [{ userId: 1, apiKeyId: 1 }] } = options;
  const pick = numbers();
  const groups = createGroupWriter(store, () => Promise.reject(new Error("a row was refused")));
  const book = bookOf(PRICES);
  const times = timesOf(rows, days, endUs, pick);
  for (let written = 0; written < rows; written += GROUP) {
    const group = times.slice(written, written + GROUP).map((id) => {
      const record = recordAt(id, pick, owners);
      return { instanceId: 1, record: { ...record, cost: priceRecord(book, record) } };
    });
    await groups.write(group, () => {});
    // Without a turn of the event loop, SQLite's finished statements are never let go.
    await nextTurn();
  }
}

type Pick = (below: number) => number;

/** The same numbers in each run. */
function numbers(): Pick {
  let state = 1;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 8) % below;
  };
}

/** Moments in ascending order, more of them by day. */
function timesOf(rows: number, days: number, endUs: number, pick: Pick): number[] {
  const hours = days * 24;
  const first = Math.floor(endUs / HOUR_US) - hours + 1;
  const weights = Array.from({ length: hours }, (_, hour) => weightOf((first + hour) * HOUR_US));
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  const times = new Set<number>();
  for (const [hour, weight] of weights.entries()) {
    const startUs = (first + hour) * HOUR_US;
    const lengthUs = Math.min(HOUR_US, endUs - startUs - 60_000_000);
    if (lengthUs <= 0) continue;
    const count = Math.round((rows * weight) / all);
    for (let place = 0; place < count; place++)
      times.add(startUs + Math.floor((lengthUs * place) / count) + pick(1000));
  }
  for (let place = 0; times.size < rows; place++) times.add(endUs - 120_000_000 + place * 97);
  return [...times].toSorted((a, b) => a - b).slice(-rows);
}

function weightOf(us: number): number {
  const date = new Date(us / 1000);
  const isWeekend = date.getUTCDay() % 6 === 0;
  return (RHYTHM[date.getUTCHours()] ?? 1) * (isWeekend ? 0.15 : 1) + 0.2;
}

function recordAt(id: number, pick: Pick, owners: BusyLedgerOptions["owners"] = []): ExchangeRecord {
  const { model, provider } = weighted(pick);
  const owner = owners[pick(owners.length)] ?? { userId: 1, apiKeyId: 1 };
  const outcome = outcomeOf(id, provider, pick);
  const isFine = outcome === "completed";
  const firstTokenUs = 220_000 + pick(900_000) + (pick(40) === 0 ? 6_000_000 : 0);
  const cached = pick(90_000);
  return completedRecord(id, {
    ...owner,
    agent: AGENTS[pick(AGENTS.length)] ?? null,
    session: `session-${Math.floor(id / (2 * HOUR_US))}-${owner.apiKeyId}`,
    project: PROJECTS[pick(PROJECTS.length)] ?? null,
    gitBranch: BRANCHES[pick(BRANCHES.length)] ?? null,
    modelAsked: model,
    modelRouted: model,
    modelServed: model,
    provider,
    outcome,
    status: isFine ? 200 : 503,
    errorCode: isFine ? null : "provider_error",
    errorMessage: isFine ? null : "The provider is overloaded.",
    firstTokenUs: isFine ? firstTokenUs : null,
    totalUs: firstTokenUs + pick(25_000_000),
    usage: isFine
      ? {
          ...NO_USAGE,
          inputUncached: 400 + pick(9_000),
          cacheRead: cached,
          output: 40 + pick(2_400),
          reasoning: pick(200),
        }
      : NO_USAGE,
    usageSource: isFine ? "provider" : "none",
    plan: {
      matched: `the route "${model.split("-")[0]}-*"`,
      targets: [{ provider, model, wire: "anthropic-messages", reason: "the route names it first" }],
      leftOut: [],
      leftOutMore: 0,
      variant: null,
    },
    attempts: [
      {
        provider,
        model,
        status: isFine ? 200 : 503,
        errorCode: isFine ? null : "provider_error",
        reason: "the route names it first",
        startedUs: 900,
        firstByteUs: 210_000,
        endedUs: null,
      },
    ],
  });
}

function weighted(pick: Pick): (typeof MODELS)[number] {
  let place = pick(MODELS.reduce((sum, { weight }) => sum + weight, 0));
  for (const each of MODELS) {
    place -= each.weight;
    if (place < 0) return each;
  }
  return MODELS[0] as (typeof MODELS)[number];
}

/** Now and then a provider has a bad hour. */
function outcomeOf(id: number, provider: string, pick: Pick): Outcome {
  const isBadHour = Math.floor(id / HOUR_US) % 61 === 7 && provider === "anthropic";
  if (pick(100) < (isBadHour ? 45 : 1)) return "failed";
  return pick(150) === 0 ? "client_aborted" : "completed";
}
