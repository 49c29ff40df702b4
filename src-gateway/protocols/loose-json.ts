/** Reading JSON of unknown origin: every function answers, none throws. */
import type { JsonObject } from "../ir/json.ts";

export type { JsonObject } from "../ir/json.ts";

export const asObject = (value: unknown): JsonObject | null =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;

export const asArray = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** Null for everything but a string with something in it. */
export const asText = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);

/** More tokens than any answer has; sums of counts below it are exact. */
const MOST_TOKENS = 1e12;

/** A count of tokens: what is no number, or negative, as some providers send, is zero. */
export const asCount = (value: unknown): number =>
  typeof value === "number" && Number.isFinite(value) && value > 0 ? Math.min(Math.round(value), MOST_TOKENS) : 0;

export const parseObject = (bytes: Buffer): JsonObject | null => parseText(bytes.toString("utf8"));

export function parseText(text: string): JsonObject | null {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return null;
  }
}

/**
 * Whether the bytes hold the key with a value other than null. Quotes inside JSON strings are escaped, so the bytes of a
 * quoted key can only be that key; a hit may lie in a nested object, so it means "look closer" and not "is there".
 */
export function mayHold(bytes: Buffer, quotedKey: Buffer): boolean {
  for (let at = bytes.indexOf(quotedKey); at >= 0; at = bytes.indexOf(quotedKey, at + 1)) {
    let next = at + quotedKey.length;
    while (isBlank(bytes[next])) next++;
    if (bytes[next] !== 0x3a) continue;
    next++;
    while (isBlank(bytes[next])) next++;
    // `null` is the only value that begins with n.
    if (bytes[next] !== 0x6e) return true;
  }
  return false;
}

const isBlank = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
