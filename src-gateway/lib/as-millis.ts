/** Microseconds as milliseconds with three digits behind the point: what `toFixed` gives, which for whole numbers is a detour. */
export function asMillis(us: number): string {
  if (!Number.isSafeInteger(us) || us < 0 || us > 1e12) return (us / 1000).toFixed(3);
  const rest = us % 1000;
  const zeros = rest < 10 ? "00" : rest < 100 ? "0" : "";
  return `${(us - rest) / 1000}.${zeros}${rest}`;
}
