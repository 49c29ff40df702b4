/** Who wrote a piece of a prompt, on every wire. Answers of tools count as the user's. */
import { hasTextAt, isObjectAt, type JsonSpan, membersOf, rawTextAt } from "../lib/json-walk.ts";

export type Speaker = "system" | "user" | "assistant";

const BY_ROLE: ReadonlyMap<string, Speaker> = new Map([
  ["system", "system"],
  ["developer", "system"],
  ["assistant", "assistant"],
  ["model", "assistant"],
]);

/** Items of Responses that have no role and are the model's own. */
const WRITTEN_BY_MODEL = /_call$|^reasoning$|^compaction/;

/** Most messages begin with their role, and need not be walked for it. */
const ROLE_FIRST = Buffer.from('{"role":"');
/** With the quote that closes them. */
const SPELLED_ROLES = Array.from(BY_ROLE, ([role, speaker]) => ({ spelled: Buffer.from(`${role}"`), speaker }));

export const speakerIn = (role: string): Speaker => BY_ROLE.get(role) ?? "user";

export function speakerOf(bytes: Buffer, piece: JsonSpan): Speaker {
  if (!isObjectAt(bytes, piece)) return "user";
  if (hasTextAt(bytes, piece.start, ROLE_FIRST)) {
    const roleAt = piece.start + ROLE_FIRST.length;
    for (const { spelled, speaker } of SPELLED_ROLES) if (hasTextAt(bytes, roleAt, spelled)) return speaker;
    return "user";
  }
  const members = membersOf(bytes, piece);
  const role = rawTextAt(bytes, members.get("role"));
  if (role !== null) return speakerIn(role);
  const type = rawTextAt(bytes, members.get("type"));
  if (type === "additional_tools") return "system";
  return type !== null && WRITTEN_BY_MODEL.test(type) ? "assistant" : "user";
}
