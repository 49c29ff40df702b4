/** What a person wrote or read of a request, whatever wire it is on: for the search, and to know its conversation. */

/** Members that hold the conversation, on one wire or another. */
const SPOKEN = new Set([
  "messages",
  "input",
  "contents",
  "system",
  "instructions",
  "systemInstruction",
  "system_instruction",
  "prompt",
  "query",
  "documents",
]);
const OPENERS = ["messages", "input", "contents", "prompt", "query"] as const;
/** Names, numbers and state inside it that nobody reads. */
const MUTE = new Set([
  "id",
  "type",
  "role",
  "tool_use_id",
  "call_id",
  "tool_call_id",
  "signature",
  "thoughtSignature",
  "thought_signature",
  "encrypted_content",
  "cache_control",
  "media_type",
  "mime_type",
  "mimeType",
  "data",
]);
/** Without a space, a text of this length is an encoding. */
const MAX_UNBROKEN = 400;

/** Texts of the conversation, in order. */
export function spokenTexts(body: unknown): string[] {
  const texts: string[] = [];
  if (!isObject(body)) return texts;
  for (const [name, value] of Object.entries(body)) if (SPOKEN.has(name)) collect(value, texts);
  return texts;
}

/** How the conversation begins: the same for all its turns. Null when it is none. */
export function openingTexts(body: unknown): string[] | null {
  if (!isObject(body)) return null;
  for (const name of OPENERS) {
    const value = body[name];
    if (typeof value === "string") return [value];
    if (!Array.isArray(value)) continue;
    const first = value.find((turn) => !isObject(turn) || (turn["role"] !== "system" && turn["role"] !== "developer"));
    if (first === undefined) continue;
    const texts: string[] = [];
    collect(first, texts);
    return texts;
  }
  return null;
}

function collect(value: unknown, texts: string[]): void {
  if (typeof value === "string") {
    if (value.length <= MAX_UNBROKEN || /\s/.test(value)) texts.push(value);
  } else if (Array.isArray(value)) for (const item of value) collect(item, texts);
  else if (isObject(value)) {
    for (const [name, item] of Object.entries(value)) if (!MUTE.has(name)) collect(item, texts);
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
