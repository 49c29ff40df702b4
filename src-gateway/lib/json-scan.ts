/**
 * Checks JSON bytes and tells where the members of the top-level object stand, without building any value.
 *
 * A relay must not rebuild a body (key order, number spelling and escapes belong to prompt-cache prefixes), and building
 * the objects of a large body blocks the event loop several times longer than walking over it.
 */
export type JsonKind = "object" | "array" | "string" | "number" | "boolean" | "null";

/** Byte offsets: [start, end). */
export interface ScannedValue {
  kind: JsonKind;
  start: number;
  end: number;
}

export interface ScannedMember extends ScannedValue {
  /** Offset of the key's opening quote. */
  keyStart: number;
}

export interface ScannedObject {
  start: number;
  end: number;
  members: ReadonlyMap<string, ScannedMember>;
}

export class JsonScanError extends Error {
  override readonly name = "JsonScanError";
  readonly offset: number;
  constructor(problem: string, offset: number) {
    super(`${problem} at byte ${offset}`);
    this.offset = offset;
  }
}
