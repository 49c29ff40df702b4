/** Values in words, for tables. */
import { usdOfNano } from "../lib/usd.ts";

const two = (value: number): string => String(value).padStart(2, "0");

/** Local time, to the second. */
export function when(us: number): string {
  const date = new Date(us / 1000);
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** Without the year, for lists of what was lately. */
export const shortWhen = (us: number): string => when(us).slice(5);

/** With thousands set apart, whatever the computer's language. */
export const count = (value: number): string => String(Math.round(value)).replace(/\B(?=(?:\d{3})+$)/g, ",");

export function duration(us: number | null): string {
  if (us === null) return "–";
  if (us < 1_000_000) return `${Math.round(us / 1000)} ms`;
  return us < 100_000_000 ? `${(us / 1_000_000).toFixed(1)} s` : `${count(us / 1_000_000)} s`;
}

/** Money for tables, to a hundredth of a cent. */
export const usd = (nano: number): string => usdOfNano(Math.round(nano / 100_000) * 100_000);

/** What a client or a provider named itself may hold characters that steer a terminal. */
export const harmless = (text: string): string =>
  text.replace(/\p{Cc}|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, "\ufffd");

/** Columns that a text takes on a terminal. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += NARROW.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return width;
}

const NARROW = /^(?:\p{Mn}|\p{Me}|[\u200b-\u200d])$/u;
const WIDE =
  /^(?:\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}])$/u;

/** Cut to a width, with an ellipsis. */
export function cut(text: string, max: number): string {
  if (widthOf(text) <= max) return text;
  let width = 0;
  let kept = "";
  for (const character of text) {
    width += widthOf(character);
    if (width > max - 1) break;
    kept += character;
  }
  return `${kept}…`;
}
