/** Who wrote a piece of a prompt, on every wire. Answers of tools count as the user's. */
import { hasTextAt, isObjectAt, type JsonSpan, membersOf, rawTextAt } from "../lib/json-walk.ts";

export type Speaker = "system" | "user" | "assistant";

/** Items of Responses that have no role and are the model's own. */
const WRITTEN_BY_MODEL = /_call$|^reasoning$|^compaction/;

/** Most messages begin with their role, and need not be walked for it. */
const ROLE_FIRST = Buffer.from('{"role":"');
/** With the quote that closes them. */
const SPELLED_ROLES = ["system", "developer", "assistant", "model"].map((role) => ({
  spelled: Buffer.from(`${role}"`),
  speaker: speakerIn(role),
}));

export function speakerIn(role: string): Speaker {
  if (role === "assistant" || role === "model") return "assistant";
  return role === "system" || role === "developer" ? "system" : "user";
}

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
