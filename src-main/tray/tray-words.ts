/** Words and numbers that stand in a menu: short, on one line, and the same in every place. */

const NANO_PER_CENT = 10_000_000;

/** Cents, rounded; what is less than half a cent and not nothing is said to be. */
export function dollars(nano: number): string {
  const cents = Math.round(nano / NANO_PER_CENT);
  if (cents === 0) return nano > 0 ? "< $0.01" : "$0.00";
  return `$${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, "0")}`;
}

export function tokenCount(tokens: number): string {
  if (tokens < 1_000) return String(tokens);
  if (tokens < 999_500) return `${short(tokens / 1_000)}k`;
  return `${short(tokens / 1_000_000)}M`;
}

/** Two digits while one stands before the point. */
const short = (value: number): string => (value < 9.95 ? value.toFixed(1) : String(Math.round(value)));

/** Names are the operator's, and can be long or hold anything. */
export function oneLine(text: string, maxLength: number): string {
  const line = text.replace(/[\p{Cc}\u2028\u2029]+/gu, " ");
  return line.length > maxLength ? `${line.slice(0, maxLength - 1)}…` : line;
}
