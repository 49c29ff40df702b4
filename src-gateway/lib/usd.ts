/** Amounts of money as people read them. */

const NANO = 1_000_000_000;

/** `$0.0036`, `-$12.50`: all digits that are not zero, and at least two behind the point. */
export function usdOfNano(nano: number): string {
  const amount = Math.abs(nano);
  const whole = Math.trunc(amount / NANO).toLocaleString("en-US");
  const fraction = String(amount % NANO)
    .padStart(9, "0")
    .replace(/0{1,7}$/, "");
  return `${nano < 0 ? "-" : ""}$${whole}.${fraction}`;
}

/** What is kept as micro-USD, for example a price per million tokens. */
export function usdOfMicros(micros: number): string {
  const amount = Math.abs(micros);
  const whole = Math.trunc(amount / 1_000_000).toLocaleString("en-US");
  const fraction = String(amount % 1_000_000)
    .padStart(6, "0")
    .replace(/0{1,4}$/, "");
  return `${micros < 0 ? "-" : ""}$${whole}.${fraction}`;
}
