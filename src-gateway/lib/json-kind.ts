export type JsonKind = "object" | "array" | "string" | "number" | "boolean" | "null";

/** Of a value that was found to be one, by its first byte. */
export function kindOf(first: number | undefined): JsonKind {
  switch (first) {
    case 0x22: // "
      return "string";
    case 0x7b: // {
      return "object";
    case 0x5b: // [
      return "array";
    case 0x74: // true
    case 0x66: // false
      return "boolean";
    case 0x6e: // null
      return "null";
    default:
      return "number";
  }
}
