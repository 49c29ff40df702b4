/**
 * The values of a body that was scanned, as `JSON.parse` makes them. Long texts without escapes are not walked over letter by
 * letter once more: the engine parses what is left without them, and they are put back where they stood. Of a short body, whose
 * messages are mostly a role and a text, the values are cut out where the scan has found them.
 */
import { valueWithEscapedKeys } from "./escaped-keys.ts";
import type { ScannedObject, ScannedValue } from "./json-scan.ts";
import { plainValues } from "./plain-values.ts";

/** For less the way around does not pay. */
const LEAST_BYTES = 4_096;
/** What a stand-in begins with; inside JSON it can only be spelled like this. */
const MARK = "\\u0000";

type Members = Record<string, unknown>;

/** What the values of scanned bytes are taken by. */
type Scanned = Pick<ScannedObject, "longTexts" | "members" | "hasEscapedKeys">;

/** The value of one (small) member, or of another place where a value stands. */
export function valueAt(bytes: Buffer, { hasEscapedKeys }: Pick<Scanned, "hasEscapedKeys">, at: ScannedValue): unknown {
  const json = bytes.toString("utf8", at.start, at.end);
  return hasEscapedKeys ? valueWithEscapedKeys(json) : JSON.parse(json);
}

export function jsonValues(bytes: Buffer, { longTexts, members, hasEscapedKeys }: Scanned): unknown {
  if (hasEscapedKeys) return valueWithEscapedKeys(bytes.toString("utf8"));
  const value = parseWithout(bytes, longTexts);
  if (value !== null) return value;
  const json = bytes.toString("utf8");
  return plainValues(bytes, json, members) ?? JSON.parse(json);
}

/** Null where it does not pay, or where something of the body could be taken for a stand-in. */
function parseWithout(bytes: Buffer, longTexts: readonly number[]): unknown {
  let length = 0;
  for (let n = 0; n < longTexts.length; n += 2) length += (longTexts[n + 1] ?? 0) - (longTexts[n] ?? 0);
  if (length < Math.max(LEAST_BYTES, bytes.length / 4)) return null;
  let shell = "";
  let from = 0;
  for (let n = 0; n <= longTexts.length; n += 2) {
    const piece = bytes.toString("utf8", from, longTexts[n] ?? bytes.length);
    if (piece.includes(MARK)) return null;
    shell += n === longTexts.length ? piece : `${piece}"${MARK}${n}"`;
    from = longTexts[n + 1] ?? bytes.length;
  }
  const value: unknown = JSON.parse(shell);
  putBack(value, (n) => bytes.toString("utf8", (longTexts[n] ?? 0) + 1, (longTexts[n + 1] ?? 0) - 1));
  return value;
}

/** In place, wherever in the value stand-ins are. */
function putBack(value: unknown, textOf: (n: number) => string): void {
  if (typeof value !== "object" || value === null) return;
  // An array's places are its keys; what JSON.parse makes inherits nothing that the loop would find.
  const members = value as Members;
  if (Array.isArray(value)) for (let at = 0; at < value.length; at++) settle(members, at, textOf);
  else for (const key in members) settle(members, key, textOf);
}

function settle(members: Members, key: string | number, textOf: (n: number) => string): void {
  const member = members[key];
  if (typeof member !== "string") putBack(member, textOf);
  else if (member.charCodeAt(0) === 0) members[key] = textOf(Number(member.slice(1)));
}
