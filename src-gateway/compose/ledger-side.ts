/** The ledger's desk in a gateway: with its prices, its key, and what may be said of an error. */
import { join } from "node:path";
import { createLedgerDesk, type LedgerDesk } from "../ledger/desk.ts";
import { costLines, costOf } from "../prices/cost.ts";
import { explainCost } from "../prices/explain-cost.ts";
import type { Parts } from "./parts.ts";

export function ledgerDesk({ ledgerStore, identityStore, clock, settings, prices, redactor }: Parts): LedgerDesk {
  return createLedgerDesk({
    store: ledgerStore,
    identityStore,
    clock,
    version: __VERSION__,
    keyFile: settings.statementKeyFile ?? join(settings.dataDir, "statement-key.pem"),
    book: () => prices.ready(),
    costOf,
    words: { lines: costLines, explain: explainCost },
    explainError: (error) => redactor.redact(error instanceof Error ? error.message : String(error)),
  });
}
