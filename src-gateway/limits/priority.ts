import type { Priority } from "./types.ts";

/** What a request has whose client and key say nothing. */
const STANDARD_PRIORITY: Priority = 5;

const LEVELS: readonly Priority[] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

/**
 * How urgent a request is. `keyLevel` is the best that the client key may have, and what it has when the client asks
 * for nothing; null for a key without one, which may ask for any. `X-Priority` is 0 to 9 (or P0 to P9): a larger number
 * counts as 9, and what is no number is not heard.
 */
export function priorityOf(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  keyLevel: number | null,
): Priority {
  const keyPriority = keyLevel === null ? null : (LEVELS[keyLevel] ?? 9);
  const header = headers["x-priority"];
  const asked = levelOf(Array.isArray(header) ? header[0] : header);
  if (asked === null) return keyPriority ?? STANDARD_PRIORITY;
  return keyPriority !== null && asked < keyPriority ? keyPriority : asked;
}

function levelOf(text: string | undefined): Priority | null {
  if (text === undefined) return null;
  const digits = /^\s*p?(\d{1,9})\s*$/i.exec(text)?.[1];
  return digits === undefined ? null : (LEVELS[Number(digits)] ?? 9);
}
