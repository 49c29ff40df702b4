/** What one step of `npm test` found. */
export interface Tally {
  passed: number;
  /** One entry a failed test: where and which. */
  failed: string[];
  /** Passed only when repeated, which a build machine does once; counted as passed, named so that they get mended. */
  unsteady: string[];
  skipped: { name: string; reason: string }[];
}

export const emptyTally = (): Tally => ({ passed: 0, failed: [], unsteady: [], skipped: [] });

/** The last line of `npm test`. */
export function countLine(tally: Tally): string {
  const skipped = tally.skipped.length > 0 ? `, ${tally.skipped.length} skipped` : "";
  return `${tally.passed} passed, ${tally.failed.length} failed${skipped}`;
}

/** What stands above the last line: each failure, each test that had to be repeated, and each skipped test with its reason. */
export function summary(tally: Tally): string {
  const lines: string[] = [];
  if (tally.failed.length > 0) lines.push("Failed:", ...tally.failed.map((name) => `  ${name}`));
  if (tally.unsteady.length > 0) {
    lines.push(
      "Passed only when repeated, which is a fault to be mended:",
      ...tally.unsteady.map((name) => `  ${name}`),
    );
  }
  if (tally.skipped.length > 0) {
    lines.push("Skipped:", ...tally.skipped.map(({ name, reason }) => `  ${name} (${reason})`));
  }
  return lines.map((line) => `${line}\n`).join("");
}
