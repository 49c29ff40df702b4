import { GatewayError } from "../ir/errors.ts";
import type { NounChange, Revision } from "./types.ts";

const MAX_NAMED = 10;

export function somebodyWasFaster(base: number, now: Revision | null, changes: NounChange[] | null): GatewayError {
  const who = now === null ? "" : ` by ${now.author ?? "somebody with an editor"}`;
  const what = changes === null ? "" : ` Changed since: ${wordsOf(changes)}.`;
  return new GatewayError(
    "precondition_failed",
    `The configuration is at revision ${now?.id ?? 0}${who}, and this change was made from ${base}.${what} Read it again, and repeat the change.`,
    { param: "revision" },
  );
}

export const wouldBeLost = (file: string): GatewayError =>
  new GatewayError(
    "conflict",
    `${file} was changed by hand and cannot be used, so this change would replace what somebody is writing. Correct the file, or repeat the change with overwrite.`,
  );

export const notRead = (id: number): GatewayError =>
  new GatewayError("not_found", `There is no revision ${id} of this configuration.`);

function wordsOf(changes: readonly NounChange[]): string {
  if (changes.length === 0) return "comments or layout only";
  const named = changes.slice(0, MAX_NAMED).map(({ noun, name, change }) => `${noun} ${name} ${change}`);
  return [...named, ...(changes.length > MAX_NAMED ? [`${changes.length - MAX_NAMED} more`] : [])].join(", ");
}
