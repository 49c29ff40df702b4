/** Numbers as people read them, in the language of the console. */
import { byLocale } from "../i18n/by-locale.ts";

const money = { style: "currency", currency: "USD", currencyDisplay: "narrowSymbol" } as const;
const formats = byLocale((locale) => ({
  whole: new Intl.NumberFormat(locale),
  short: new Intl.NumberFormat(locale, { notation: "compact", maximumFractionDigits: 1 }),
  percent: new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 }),
  change: new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0, signDisplay: "exceptZero" }),
  dollars: new Intl.NumberFormat(locale, money),
  cents: new Intl.NumberFormat(locale, { ...money, minimumSignificantDigits: 2, maximumSignificantDigits: 3 }),
}));

const NANO = 1_000_000_000;

/** 1234 → "1,234" */
export const formatCount = (count: number): string => formats().whole.format(count);

/** 1234567 → "1.2M"; small numbers whole. */
export const formatShort = (count: number): string =>
  Math.abs(count) < 10_000 ? formats().whole.format(count) : formats().short.format(count);

/** The part of a whole, never rounded up to all or down to nothing: "99.9%", "0.1%"; a dash when there is no whole. */
export function formatShare(part: number, total: number): string {
  if (total <= 0) return "–";
  const share = part / total;
  const inner = share > 0 && share < 1 ? Math.min(0.999, Math.max(0.001, share)) : share;
  return formats().percent.format(inner);
}

/** 1536 → "1.5 KB" */
export function formatBytes(bytes: number): string {
  if (bytes < 1_000) return `${formats().whole.format(bytes)} B`;
  if (bytes < 1_000_000) return `${(bytes / 1_000).toFixed(1)} KB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** Money in nano-USD: "$1,234.50", and below a dollar what counts of it: "$0.0123". */
export function formatUsd(nano: number): string {
  const isSmall = nano !== 0 && Math.abs(nano) < NANO;
  return (isSmall ? formats().cents : formats().dollars).format(nano / NANO);
}

/** How a number stands to an earlier one: "+12%", "-3%", "0%"; a dash when there was none. */
export function formatChange(now: number, earlier: number): string {
  if (earlier === 0) return "–";
  return formats().change.format(now / earlier - 1);
}
