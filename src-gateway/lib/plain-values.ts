/**
 * The values of a short body, cut out of its text where the scan has found them: for messages that are nothing but a role and a
 * text this costs a quarter of having them parsed.
 */
import type { ScannedMember } from "./json-scan.ts";
import { skipString } from "./json-walk.ts";

/** What is cut out holds on to the text of the whole body. */
const MOST_BYTES = 65_536;

const T = 0x74;

/**
 * @param json the text of the bytes.
 * @param members where they stand.
 * @returns null for a body that has to be parsed.
 */
export function plainValues(
  bytes: Buffer,
  json: string,
  members: ReadonlyMap<string, ScannedMember>,
): Record<string, unknown> | null {
  // Only then each letter stands where its byte does.
  if (json.length !== bytes.length || json.length > MOST_BYTES) return null;
  const values: Record<string, unknown> = {};
  for (const [name, member] of members) {
    if (name === "__proto__") return null;
    values[name] = valueOf(bytes, json, member);
  }
  return values;
}

function valueOf(bytes: Buffer, json: string, member: ScannedMember): unknown {
  const { kind, start, end } = member;
  switch (kind) {
    case "string":
      return textOf(json, start, end);
    case "number":
      return Number(json.slice(start, end));
    case "boolean":
      return bytes[start] === T;
    case "null":
      return null;
    default:
      return messagesOf(bytes, json, member) ?? JSON.parse(json.slice(start, end));
  }
}

/** Null where one of them is more than its role and its text. */
function messagesOf(bytes: Buffer, json: string, { elements, beginnings }: ScannedMember): unknown[] | null {
  if (elements === null) return null;
  const messages: unknown[] = [];
  for (let n = 0; n < elements.length; n += 2) {
    const start = elements[n] as number;
    const textEnd = (elements[n + 1] as number) - 1;
    const plain = beginnings[n / 2];
    if (!plain) return null;
    const textStart = start + plain.spelled.length - 1;
    if (skipString(bytes, textStart) !== textEnd) return null;
    messages.push({ role: plain.role, content: textOf(json, textStart, textEnd) });
  }
  return messages;
}

/** Of a string with its quotes. */
function textOf(json: string, start: number, end: number): string {
  const text = json.slice(start + 1, end - 1);
  return text.includes("\\") ? (JSON.parse(json.slice(start, end)) as string) : text;
}
