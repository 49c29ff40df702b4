// A vitest reporter that writes what `run-tests.ts` counts: vitest's own JSON report leaves out why a test was skipped.
import { writeFileSync } from "node:fs";
import { relative } from "node:path";
import type { Reporter, SerializedError, TestCase, TestModule, TestSuite } from "vitest/node";
import { emptyTally, type Tally } from "./tally.ts";

export default class VitestTally implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const tally = emptyTally();
    for (const module of modules) countModule(module, tally);
    for (const error of unhandledErrors) tally.failed.push(`outside of any test: ${error.message}`);
    const path = process.env["VITEST_TALLY_FILE"];
    if (path) writeFileSync(path, JSON.stringify(tally));
  }
}

function countModule(module: TestModule, tally: Tally): void {
  const file = relative(process.cwd(), module.moduleId);
  if (module.errors().length > 0) tally.failed.push(`${file}: could not be set up`);
  for (const suite of module.children.allSuites()) {
    if (suite.errors().length > 0) tally.failed.push(`${file}: ${suite.fullName}: could not be set up`);
  }
  for (const test of module.children.allTests()) {
    const name = `${file}: ${test.fullName}`;
    const result = test.result();
    if (result.state === "passed") {
      tally.passed += 1;
      if (test.diagnostic()?.flaky) tally.unsteady.push(name);
    } else if (result.state === "failed") tally.failed.push(name);
    else tally.skipped.push({ name, reason: (result.state === "skipped" ? result.note : null) ?? reasonFor(test) });
  }
}

/** A test that was skipped from outside: its group could not be set up, or says in its name what it needs. */
function reasonFor(test: TestCase): string {
  let group: TestModule | TestSuite = test.parent;
  while (group.type === "suite" && group.errors().length === 0) group = group.parent;
  if (group.errors().length > 0) return "its group could not be set up";
  return /\((needs [^)]+)\)/.exec(test.fullName)?.[1] ?? "no reason given";
}
