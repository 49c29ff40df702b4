/** As Go and SQLite write it: `2025-11-02 10:11:12.123456 +0000 UTC`, `2025-11-02T10:11:12Z`, `2025-11-02 10:11:12`. */
export function momentOf(value: string | number | null): number | null {
  if (typeof value === "number") return Number.isFinite(value) && value > 0 ? Math.round(value * 1_000_000) : null;
  const match = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.(\d+))?\s*(Z|[+-]\d\d:?\d\d)?/.exec(value ?? "");
  if (!match) return null;
  const [, day = "", time = "", fraction = "", zone = "Z"] = match;
  const ms = Date.parse(`${day}T${time}${zone === "Z" ? "Z" : `${zone.slice(0, 3)}:${zone.slice(-2)}`}`);
  return Number.isNaN(ms) || ms <= 0 ? null : ms * 1000 + Number(fraction.slice(0, 6).padEnd(6, "0"));
}
