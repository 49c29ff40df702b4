/** Decimal numbers as exact integers: what was written as 0.075 must not become 0.07500000000000001 on the way. */

/** Rounds to the nearest integer, and a half to the even one. The divisor is positive. */
export function divideHalfEven(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  const twice = 2n * (dividend % divisor);
  const rest = twice < 0n ? -twice : twice;
  if (rest < divisor || (rest === divisor && quotient % 2n === 0n)) return quotient;
  return dividend < 0n ? quotient - 1n : quotient + 1n;
}

interface Decimal {
  digits: bigint;
  /** The value is `digits` divided by ten to the power of this. */
  places: number;
}

/** `12`, `0.075`, `1e-7`. Null for anything else, and for more digits than a price could have. */
function readDecimal(text: string): Decimal | null {
  const match = /^(\d{1,18})(?:\.(\d{1,30}))?(?:e([+-]?\d{1,2}))?$/i.exec(text);
  if (!match) return null;
  const [, whole = "", fraction = "", exponent = "0"] = match;
  const places = fraction.length - Number(exponent);
  const digits = BigInt(whole + fraction);
  return places < 0 ? { digits: digits * 10n ** BigInt(-places), places: 0 } : { digits, places };
}

/**
 * A decimal, not negative, times `multiplier` / `divisor`, rounded half to even. A number is taken as the shortest text
 * that stands for it, which is the one that somebody wrote. Null where it is none, or too large to be exact.
 */
export function scaleDecimal(value: string | number, multiplier: bigint, divisor = 1n): number | null {
  const decimal = readDecimal(String(value));
  if (!decimal) return null;
  const scaled = divideHalfEven(decimal.digits * multiplier, divisor * 10n ** BigInt(decimal.places));
  return scaled > BigInt(Number.MAX_SAFE_INTEGER) ? null : Number(scaled);
}

/** a × b / divisor for integers that are not negative, rounded half to even; exact beyond 2^53, too. */
export function multiplyHalfEven(a: number, b: number, divisor: number): number {
  const product = a * b;
  if (product > Number.MAX_SAFE_INTEGER) return Number(divideHalfEven(BigInt(a) * BigInt(b), BigInt(divisor)));
  const rest = product % divisor;
  const quotient = (product - rest) / divisor;
  const isUp = 2 * rest > divisor || (2 * rest === divisor && quotient % 2 === 1);
  return isUp ? quotient + 1 : quotient;
}
