/**
 * Checks JSON bytes and tells where the members of the top-level object stand, without building any value.
 *
 * A relay must not rebuild a body (key order, number spelling and escapes belong to prompt-cache prefixes), and building
 * the objects of a large body blocks the event loop several times longer than walking over it.
 */
import type { JsonKind } from "./json-kind.ts";
import { Scanner } from "./json-scanner.ts";
import type { PlainBeginning } from "./plain-message.ts";

export type { JsonKind } from "./json-kind.ts";
export { JsonScanError } from "./json-scan-error.ts";

/** Byte offsets: [start, end). */
export interface ScannedValue {
  kind: JsonKind;
  start: number;
  end: number;
}

export interface ScannedMember extends ScannedValue {
  /** Offset of the key's opening quote. */
  keyStart: number;
  /** Of a list of objects: start and end of the first, of the second and so on. Null for all else, and for very long ones. */
  elements: readonly number[] | null;
  /** How the first of them begins, the second and so on; null where it does not begin plainly. */
  beginnings: readonly (PlainBeginning | null)[];
}

export interface ScannedObject {
  start: number;
  end: number;
  members: ReadonlyMap<string, ScannedMember>;
  /**
   * Where long texts without an escape stand, however deep, quotes included: start and end of the first, of the second and
   * so on. For `json-values.ts`.
   */
  longTexts: readonly number[];
  /** False where no key, however deep, is one of those that mark a prompt's cache. */
  mayHoldMarks: boolean;
  /** Whether a key, however deep, is spelled with escapes: `JSON.parse` is not to be trusted with it, see `escaped-keys.ts`. */
  hasEscapedKeys: boolean;
}

/**
 * The top-level members of a JSON object.
 *
 * Accepts what `JSON.parse` accepts, but refuses keys that stand twice in one object (two readers of the same body would
 * not agree on its meaning), nesting beyond `maxDepth`, and anything but an object at the top.
 * @param bytes UTF-8, checked by the caller.
 * @throws JsonScanError
 */
export function scanJson(bytes: Buffer, options: { maxDepth?: number } = {}): ScannedObject {
  return new Scanner(bytes, options.maxDepth ?? 256).scan();
}

/** The text of a scanned string. */
export function stringAt(bytes: Buffer, value: ScannedValue): string {
  const text = bytes.toString("utf8", value.start + 1, value.end - 1);
  if (!text.includes("\\")) return text;
  return JSON.parse(bytes.toString("utf8", value.start, value.end)) as string;
}
