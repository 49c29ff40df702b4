/** Stands in place of `store/exchange-writer.ts` in the build that shows what the ledger costs: it keeps nothing. */
import type { ExchangeWriter } from "../../../src-gateway/store/exchange-writer-options.ts";

export const createExchangeWriter = (): ExchangeWriter => ({
  open() {},
  close() {},
  flush: async () => {},
  stop: async () => {},
  pending: () => 0,
  spooled: () => 0,
  lagMs: () => 0,
  isDiskFull: () => false,
});
