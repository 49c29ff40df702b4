import { existsSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { JSONReport, JSONReportSuite } from "@playwright/test/reporter";
import { emptyTally, type Tally } from "./tally.ts";

/** Counts a report of Playwright's JSON reporter; null when it was not written. */
export function readPlaywrightReport(path: string): Tally | null {
  if (!existsSync(path)) return null;
  const report = JSON.parse(readFileSync(path, "utf8")) as JSONReport;
  const tally = emptyTally();
  for (const error of report.errors) tally.failed.push(`outside of any test: ${error.message ?? "unknown error"}`);
  for (const suite of report.suites) {
    countSuite(suite, relative(process.cwd(), join(report.config.rootDir, suite.file)), tally);
  }
  return tally;
}

function countSuite(suite: JSONReportSuite, path: string, tally: Tally): void {
  for (const inner of suite.suites ?? []) countSuite(inner, `${path}: ${inner.title}`, tally);
  for (const spec of suite.specs) {
    for (const test of spec.tests) {
      const name = `${path}: ${spec.title}`;
      if (test.status === "expected") tally.passed += 1;
      else if (test.status === "skipped") {
        const note = test.annotations.find(({ type }) => type === "skip" || type === "fixme");
        tally.skipped.push({ name, reason: note?.description ?? "no reason given" });
      } else if (test.status === "flaky") {
        tally.passed += 1;
        tally.unsteady.push(name);
      } else tally.failed.push(name);
    }
  }
}
