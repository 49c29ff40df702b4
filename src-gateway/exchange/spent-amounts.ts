/** What an exchange used, as budgets count it. */
import type { Amounts } from "../budgets/types.ts";
import type { ExchangeRecord } from "../ir/exchange-record.ts";
import { inputTotal } from "../ir/usage.ts";
import type { Spender } from "./types.ts";

export const NOTHING: Amounts = { costNano: 0, tokens: 0 };

export const tokensOf = ({ usage }: Pick<ExchangeRecord, "usage">): number => inputTotal(usage) + usage.output;

/** With what its failed attempts used. */
export const usedBy = (record: ExchangeRecord, spender: Spender): Amounts => ({
  costNano: spender.costOf(record),
  tokens: record.attempts.reduce((sum, { used }) => sum + (used ? tokensOf(used) : 0), tokensOf(record)),
});

/** Of what nobody was told nothing is priced, so only the estimate says what it cost. */
export const plus = (one: Amounts, other: Amounts): Amounts => ({
  costNano: other.costNano === null ? one.costNano : (one.costNano ?? 0) + other.costNano,
  tokens: one.tokens + other.tokens,
});
