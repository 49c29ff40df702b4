/** What clients are told: why not, until when, and how much is left. */
import { GatewayError } from "../ir/errors.ts";
import type { BudgetUnit } from "../settings/budget-types.ts";
import type { BudgetMet, RateStanding, SpendDecision } from "./types.ts";

export const WARNING_HEADER = "x-tokligence-budget-warning";

type Refused = Extract<SpendDecision, { action: "block" | "ask" | "slow" }>;

/**
 * 402 `quota_exceeded` or 429 `rate_limited`, with the rule and the time of its reset. `ask` is for a request whose question
 * was answered with no, or not at all.
 */
export function refusal(decision: Refused, nowUs: number): GatewayError {
  if (decision.action === "slow") return tooFast(decision.rate, decision.retryAfterMs);
  const { met } = decision;
  if (decision.action === "block" && decision.reason === "unpriced")
    return new GatewayError(
      "quota_exceeded",
      `The budget "${met.budget}" is in dollars and lets nothing through whose price is not known. Give the model a price, ` +
        "or set unpriced: allow on the budget.",
    );
  const isUsedUp = met.spent >= met.limit;
  const what = isUsedUp ? "is used up" : "has no room for this request";
  const held = met.held === 0 ? "" : `, and ${amountText(met.held, met.unit)} reserved by requests that run`;
  const state = `${amountText(met.spent, met.unit)} of ${amountText(met.limit, met.unit)} spent${held}`;
  const question = decision.action === "ask" ? " It asks somebody before more is spent, and nobody agreed." : "";
  const untilMs = met.resetsAtUs === null ? null : Math.max(1000, Math.ceil((met.resetsAtUs - nowUs) / 1000));
  return new GatewayError(
    "quota_exceeded",
    `The ${subject(met)} ${what}: ${state}.${question} ${wayOut(met, nowUs)}`,
    untilMs === null ? {} : { retryAfterMs: untilMs },
  );
}

function wayOut({ resetsAtUs, budget }: BudgetMet, nowUs: number): string {
  if (resetsAtUs === null || resetsAtUs <= nowUs)
    return `Raise the limit of "${budget}", or wait until others need less.`;
  return `It has room again on ${timeText(resetsAtUs)}, or when somebody raises the limit of "${budget}".`;
}

function tooFast(rate: RateStanding, retryAfterMs: number | null): GatewayError {
  const limit = `${rate.limit} ${RATE_WORDS[rate.unit]}`;
  const whose = rate.scope === "global" ? "This gateway" : `This ${rate.scope}`;
  if (retryAfterMs === null)
    return new GatewayError(
      "rate_limited",
      `${whose} may use ${limit}, and this request alone may need more. Send less, ask for a shorter answer, or raise the limit "${rate.rate}".`,
    );
  const seconds = Math.ceil(retryAfterMs / 1000);
  return new GatewayError(
    "rate_limited",
    `${whose} may use ${limit} (limit "${rate.rate}"). Try again in ${seconds} second${seconds === 1 ? "" : "s"}.`,
    { retryAfterMs },
  );
}

const RATE_WORDS = {
  requests: "requests a minute",
  tokens: "tokens a minute",
  concurrent: "requests at once",
} as const;

/** Headers for the answer, in lower case: the tightest limit under the common names, each unit under those that OpenAI uses. */
export function rateHeaders(rates: readonly RateStanding[]): Record<string, string> {
  const headers: Record<string, string> = {};
  const put = (suffix: string, { limit, remaining, resetMs }: RateStanding): void => {
    headers[`x-ratelimit-limit${suffix}`] = String(limit);
    headers[`x-ratelimit-remaining${suffix}`] = String(remaining);
    headers[`x-ratelimit-reset${suffix}`] = String(Math.ceil(resetMs / 1000));
  };
  const all = tightest(rates);
  if (all) put("", all);
  for (const unit of ["requests", "tokens"] as const) {
    const found = tightest(rates.filter((rate) => rate.unit === unit));
    if (found) put(`-${unit}`, found);
  }
  return headers;
}

/** The one of which the smallest part is left. */
function tightest(rates: readonly RateStanding[]): RateStanding | undefined {
  const share = ({ remaining, limit }: RateStanding): number => (limit === 0 ? 0 : remaining / limit);
  return rates.toSorted((a, b) => share(a) - share(b))[0];
}

/** Null when there is nothing to warn of. */
export function warningHeader(warnings: readonly BudgetMet[]): string | null {
  if (warnings.length === 0) return null;
  const texts = warnings.map((met) => {
    const used = met.limit === 0 ? 100 : Math.floor(((met.spent + met.held) / met.limit) * 100);
    const reset = met.resetsAtUs === null ? "" : `, resets ${timeText(met.resetsAtUs)}`;
    return `${met.budget} ${used}% of ${amountText(met.limit, met.unit)}${reset}`;
  });
  return texts.join("; ");
}

function subject({ budget, scope, value }: BudgetMet): string {
  return scope === "global" ? `budget "${budget}"` : `budget "${budget}" of the ${scope} "${value}"`;
}

export function amountText(amount: number, unit: BudgetUnit): string {
  if (unit !== "usd") return `${amount} ${unit}`;
  const dollars = amount / 1e9;
  return `$${dollars.toFixed(amount !== 0 && Math.abs(dollars) < 1 ? 4 : 2)}`;
}

const timeText = (us: number): string => new Date(us / 1000).toISOString().replace(/\.\d+Z$/, "Z");
