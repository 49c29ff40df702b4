/** Budgets in a running gateway. While nothing is limited there are none, and no request does any work for them. */
import { randomUUID } from "node:crypto";
import { createBudgets } from "../budgets/budgets.ts";
import { openCounts } from "../budgets/open-counts.ts";
import { amountText } from "../budgets/refusals.ts";
import type { Budgets, Limits, Notice } from "../budgets/types.ts";
import type { Spender } from "../exchange/types.ts";
import { NO_USAGE } from "../ir/usage.ts";
import { costOf } from "../prices/cost.ts";
import { priceRecord } from "../prices/price-record.ts";
import type { ExchangeWriter } from "../store/exchange-writer.ts";
import { tellBudget } from "./budget-events.ts";
import type { LiveState } from "./live-config.ts";
import type { Parts } from "./parts.ts";
import { createSpentSince } from "./spent-since.ts";

export interface BudgetsSide {
  /** Null while nothing is limited. */
  spending: () => Spender | null;
  /** Null while nothing is limited. */
  budgets: () => Budgets | null;
  /** Whoever waits for somebody's word hears no: nobody is there to give it any more. */
  answerAll(): Promise<void>;
  /** After the last request. */
  stop(): Promise<void>;
}

/** Resolves when the limits of the configuration hold. */
export async function openBudgets(parts: Parts, writer: Pick<ExchangeWriter, "flush">): Promise<BudgetsSide> {
  const { config, keyRing, log } = parts;
  let budgets: Budgets | null = null;
  let spender: Spender | null = null;
  let wanted: Limits = limitsOf(config.live());
  let isStopped = false;

  const take = async (limits: Limits): Promise<void> => {
    if (isStopped) return;
    if (isNothing(limits) && !keyRing.hasLimits()) {
      // What runs still settles, and what was counted may be wanted again.
      spender = null;
      await budgets?.configure(limits);
    } else if (budgets === null) {
      budgets = await open(parts, writer, limits);
      spender = spenderOf(parts, budgets);
    } else {
      await budgets.configure(limits);
      // While a budget was not there, nobody told its counts what was spent.
      await budgets.recount();
      spender ??= spenderOf(parts, budgets);
    }
  };
  let changing = take(wanted);
  await changing;
  let hadLimits = keyRing.hasLimits();
  const takeNow = (): Promise<void> => {
    const limits = wanted;
    changing = changing
      .then(() => take(limits))
      .catch((err: unknown) =>
        log.error({ err }, "the new budgets could not be taken; what was limited before still is"),
      );
    return changing;
  };
  config.onChange((state) => {
    const limits = limitsOf(state);
    if (JSON.stringify(limits) === JSON.stringify(wanted)) return;
    wanted = limits;
    void takeNow();
  });
  // Keys have limits of their own, too.
  const unwatch = keyRing.onLoad(async () => {
    const hasLimits = keyRing.hasLimits();
    if (hasLimits === hadLimits) return;
    hadLimits = hasLimits;
    await takeNow();
  });
  return {
    spending: () => spender,
    budgets: () => (spender === null ? null : budgets),
    async answerAll() {
      await budgets?.asks.stop();
    },
    async stop() {
      isStopped = true;
      unwatch();
      await changing;
      await budgets?.stop();
    },
  };
}

const limitsOf = ({ config }: LiveState): Limits => ({
  budgets: config.budgets ?? [],
  rateLimits: config.rateLimits ?? [],
});

const isNothing = ({ budgets, rateLimits }: Limits): boolean => budgets.length + rateLimits.length === 0;

async function open(parts: Parts, writer: Pick<ExchangeWriter, "flush">, limits: Limits): Promise<Budgets> {
  const { settings, clock, log, prices, usage, ledgerStore } = parts;
  const gateway = randomUUID();
  const { counts, asks } = await openCounts({
    redisUrl: settings.redis?.url ?? null,
    redisWaitMs: settings.redis?.waitMs ?? 0,
    gateway,
    clock,
    log,
    schedule: (callback, delayMs) => {
      const timer = setTimeout(callback, delayMs);
      return () => clearTimeout(timer);
    },
  });
  const fromLedger = createSpentSince(usage, ledgerStore, parts.identityStore);
  return createBudgets({
    counts,
    asks,
    limits,
    clock,
    log,
    gateway,
    async spentSince(query) {
      // Records of the first moment wait for their price before they are handed to the writer.
      await prices.ready().catch(() => {});
      await writer.flush();
      return fromLedger(query);
    },
    onNotice(notice) {
      log.warn({ kind: "budget", ...notice }, sentenceOf(notice));
      tellBudget(parts.events, notice);
    },
  });
}

function sentenceOf({ budget, scope, value, percent, limit, unit }: Notice): string {
  const whose = scope === "global" ? "" : ` of the ${scope} "${value}"`;
  return `budget "${budget}"${whose} has reached ${percent}% of ${amountText(limit, unit)}`;
}

function spenderOf({ prices, models, clock }: Parts, budgets: Budgets): Spender {
  return {
    asks: budgets.asks,
    reserve: (request) => budgets.reserve(request),
    async count(subject, arrivedMs, used, own = null) {
      const { provider = null, ...others } = subject;
      const estimate = { costNano: 0, tokens: 0 };
      await budgets.count({ stage: "request", subject: others, estimate, own }, arrivedMs, used);
      await budgets.count({ stage: "target", subject: { provider }, estimate }, arrivedMs, used);
    },
    async costAtMost({ provider, model, inputTokens, outputTokens, images, serviceTier, cachesLong }) {
      const book = await prices.ready().catch(() => prices.book());
      const atMs = Math.floor(clock.nowUs() / 1000);
      const applied = book.find({ provider, model, atMs, inputTokens, serviceTier });
      if (applied === null) return null;
      const output = { ...NO_USAGE, output: outputTokens };
      const usages = [
        { ...output, inputUncached: inputTokens },
        { ...output, cacheWrite5m: inputTokens },
        ...(cachesLong ? [{ ...output, cacheWrite1h: inputTokens }] : []),
      ];
      const costs = [...(images > 0 ? [{ images }] : []), {}].flatMap((counts) =>
        usages.flatMap((usage) => costOf(usage, applied, counts)?.totalNano ?? []),
      );
      return costs.length === 0 ? null : Math.max(...costs);
    },
    costOf: (record) => priceRecord(prices.book(), record)?.nano ?? null,
    contextTokens: (provider, model) =>
      models.known().find((each) => each.provider === provider && each.id === model)?.contextTokens ?? null,
  };
}
