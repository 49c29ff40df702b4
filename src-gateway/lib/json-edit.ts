import type { ScannedObject } from "./json-scan.ts";

/**
 * The same object with other members. What is not named keeps its bytes and its place.
 * @param edits JSON text by name; null takes the member out. Names that are not there are added at the end.
 */
export function editJson(bytes: Buffer, root: ScannedObject, edits: Readonly<Record<string, string | null>>): Buffer {
  const parts: Buffer[] = [];
  const add = (...bytesOfMember: Buffer[]): void => {
    parts.push(Buffer.from(parts.length === 0 ? "{" : ","), ...bytesOfMember);
  };
  for (const [name, member] of root.members) {
    const text = Object.hasOwn(edits, name) ? edits[name] : undefined;
    if (text === undefined) add(bytes.subarray(member.keyStart, member.end));
    else if (text !== null) add(bytes.subarray(member.keyStart, member.start), Buffer.from(text));
  }
  for (const [name, text] of Object.entries(edits)) {
    if (text !== null && !root.members.has(name)) add(Buffer.from(`${JSON.stringify(name)}:${text}`));
  }
  parts.push(Buffer.from(parts.length === 0 ? "{}" : "}"));
  return Buffer.concat(parts);
}
