/** The ledger's desk in a gateway: with its prices, its key, and what may be said of an error. */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { openCounts } from "../budgets/open-counts.ts";
import type { Budgets } from "../budgets/types.ts";
import { createLedgerDesk, type LedgerDesk } from "../ledger/desk.ts";
import { costLines, costOf } from "../prices/cost.ts";
import { explainCost } from "../prices/explain-cost.ts";
import type { Parts } from "./parts.ts";

/** @param budgets null while nothing is limited, and where no gateway runs. */
export function ledgerDesk(parts: Parts, budgets: () => Budgets | null): LedgerDesk {
  const { ledgerStore, identityStore, clock, settings, prices, redactor, log } = parts;
  return createLedgerDesk({
    store: ledgerStore,
    identityStore,
    clock,
    version: __VERSION__,
    keyFile: settings.statementKeyFile ?? join(settings.dataDir, "statement-key.pem"),
    book: () => prices.ready(),
    costOf,
    onCostsChanged: () =>
      recount(parts, budgets()).catch((err: unknown) =>
        log.error({ err }, "budgets go on with what requests had cost before; restart the gateway to count anew"),
      ),
    words: { lines: costLines, explain: explainCost },
    explainError: (error) => redactor.redact(error instanceof Error ? error.message : String(error)),
  });
}

/** Counts that several gateways share are told even where none of them runs here. */
async function recount({ settings, clock, log }: Parts, budgets: Budgets | null): Promise<void> {
  if (budgets !== null) return budgets.recount();
  if (settings.redis === null) return;
  const { counts, asks } = await openCounts({
    redisUrl: settings.redis.url,
    redisWaitMs: settings.redis.waitMs,
    gateway: randomUUID(),
    clock,
    log,
    schedule: (callback, delayMs) => {
      const timer = setTimeout(callback, delayMs);
      return () => clearTimeout(timer);
    },
  });
  await counts.recount();
  await asks.stop();
  await counts.close();
}
