/** What became of an exchange's prompt, as one column: a tuple without the names of its fields. */
import type { PrefixReport } from "../ir/exchange-record.ts";

type By = NonNullable<PrefixReport["firstDifference"]>["by"];
type PrefixTuple = [sharedBytes: number, totalBytes: number, path?: string, by?: By];

export function packPrefix(report: PrefixReport | null): string | null {
  if (report === null) return null;
  const { sharedBytes, totalBytes, firstDifference } = report;
  // As JSON has it, for less: most prompts are those of before with something added.
  if (firstDifference === null) return `[${numberOf(sharedBytes)},${numberOf(totalBytes)}]`;
  const tuple: PrefixTuple = [sharedBytes, totalBytes, firstDifference.path, firstDifference.by];
  return JSON.stringify(tuple);
}

const numberOf = (value: number): number | null => (Number.isFinite(value) ? value : null);

export function unpackPrefix(column: string | null): PrefixReport | null {
  if (column === null) return null;
  const [sharedBytes, totalBytes, path, by] = JSON.parse(column) as PrefixTuple;
  const firstDifference = path === undefined || by === undefined ? null : { path, by };
  return { sharedBytes, totalBytes, firstDifference };
}
