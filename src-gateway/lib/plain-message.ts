/** How nearly all messages of a conversation begin: with their role, and then a content that is a text. */
import { hasTextAt } from "./json-walk.ts";
import { KnownBytes } from "./known-bytes.ts";
import type { PlainRun } from "./plain-run.ts";

export interface PlainBeginning {
  role: "user" | "assistant" | "system" | "developer" | "tool";
  spelled: Buffer;
  known: KnownBytes;
}

const ROLE_PLACE = '{"role":"'.length;
const BY_LETTER: (PlainBeginning | undefined)[] = Array.from({ length: 256 }, () => undefined);
for (const role of ["user", "assistant", "system", "developer", "tool"] as const) {
  const spelled = Buffer.from(`{"role":"${role}","content":"`);
  BY_LETTER[role.charCodeAt(0)] = { role, spelled, known: new KnownBytes(spelled) };
}

/** What the message that stands there begins with; null where it begins in another way, whatever that may be. */
export function plainBeginning(bytes: Buffer, start: number): PlainBeginning | null {
  const one = BY_LETTER[bytes[start + ROLE_PLACE] ?? 0];
  return one !== undefined && hasTextAt(bytes, start, one.spelled) ? one : null;
}

/** The same, for one message of a body after the other. */
export function plainBeginningIn(run: PlainRun, start: number): PlainBeginning | null {
  const one = BY_LETTER[run.bytes[start + ROLE_PLACE] ?? 0];
  return one !== undefined && run.has(one.known, start) ? one : null;
}
