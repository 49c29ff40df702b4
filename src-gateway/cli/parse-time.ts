import { InvalidArgumentError } from "commander";

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const MAX_MS = 100 * 365 * 86_400_000;

/** Milliseconds of `720h`, `30d`, `15m`, `1h30m`. @throws InvalidArgumentError */
export function parseSpan(text: string): number {
  const milliseconds = readSpan(text);
  if (milliseconds === null || milliseconds <= 0) throw new InvalidArgumentError("Write it like 720h, 30d or 1h30m.");
  if (milliseconds > MAX_MS) throw new InvalidArgumentError("This is longer than a hundred years.");
  return milliseconds;
}

/** A moment in microseconds since 1970, of `24h` (ago), `7d`, or a date. @throws InvalidArgumentError */
export function parseMoment(text: string): number {
  const ago = readSpan(text);
  if (ago !== null) return Math.max(0, Date.now() - ago) * 1000;
  const date = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(withLocalMidnight(text)) : Number.NaN;
  if (Number.isNaN(date)) throw new InvalidArgumentError("Write it like 24h, 7d, 2026-11-01 or 2026-11-01T12:00.");
  return date * 1000;
}

/** A date alone would be read as UTC; tables show local time. */
const withLocalMidnight = (text: string): string => (/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00` : text);

function readSpan(text: string): number | null {
  if (!/^(?:\d+[smhdw])+$/.test(text)) return null;
  let sum = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+)([smhdw])/g)) sum += Number(amount) * (UNIT_MS[unit ?? ""] ?? 0);
  return sum;
}
