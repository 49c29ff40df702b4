import { createHash } from "node:crypto";
import type { FlagRow, FlagRule } from "./types.ts";

/** @param userId null where nobody in particular asks. */
export function isOnFor(
  { name, standard }: FlagRow,
  rule: FlagRule | null,
  environment: "dev" | "test" | "live",
  userId: number | null,
): boolean {
  if (rule === null) return standard;
  const own = userId === null ? undefined : rule.users?.[String(userId)];
  const here = rule.environments?.[environment];
  if (own !== undefined) return own;
  if (here !== undefined) return here;
  if (rule.percentage !== undefined && userId !== null) return shareOf(name, userId) < rule.percentage;
  return rule.on ?? standard;
}

/** From 0 up to 100: a place for each user, another one for each flag, so that not always the same ones go first. */
function shareOf(flag: string, userId: number): number {
  const digest = createHash("sha256").update(`${flag}\n${userId}`).digest();
  return (digest.readUInt32BE(0) / 2 ** 32) * 100;
}
