import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { readPlaywrightReport } from "../../config/tooling/playwright-tally.ts";
import { countLine, emptyTally, summary, type Tally } from "../../config/tooling/tally.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "tokligence-tally-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs vitest on its own over one file, and gives what our reporter wrote. */
function tallyOf(testText: string, ...more: string[]): Tally {
  writeFileSync(join(folder, "planted.test.js"), testText);
  const report = join(folder, "report.json");
  rmSync(report, { force: true });
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const args = [
    "run",
    "--globals",
    "--root",
    folder,
    "--reporter",
    join(root, "config/tooling/vitest-tally.ts"),
    ...more,
  ];
  spawnSync(process.execPath, [vitest, ...args], { cwd: folder, env: { ...process.env, VITEST_TALLY_FILE: report } });
  return JSON.parse(readFileSync(report, "utf8")) as Tally;
}

describe("what npm test counts", () => {
  it("is passed, failed, and skipped with the reason that the test gave", () => {
    const tally = tallyOf(`
      it("passes", () => {});
      it("fails", () => { throw new Error("no"); });
      it("gives up", ({ skip }) => skip("no PostgreSQL on this machine"));
      describe.skipIf(true)("a group (needs Redis)", () => { it("waits", () => {}); });
    `);
    expect(tally.passed).toBe(1);
    expect(tally.failed).toEqual(["planted.test.js: fails"]);
    expect(tally.skipped).toEqual([
      { name: "planted.test.js: gives up", reason: "no PostgreSQL on this machine" },
      { name: "planted.test.js: a group (needs Redis) > waits", reason: "needs Redis" },
    ]);
  });

  it("takes a group that cannot be set up for a failure, not for skipped tests alone", () => {
    const tally = tallyOf(`
      describe("a group", () => { beforeAll(() => { throw new Error("no"); }); it("never runs", () => {}); });
    `);
    expect(tally.failed).toEqual(["planted.test.js: a group: could not be set up"]);
    expect(tally.skipped).toEqual([
      { name: "planted.test.js: a group > never runs", reason: "its group could not be set up" },
    ]);
  });

  it("takes a file that cannot be loaded, and an error outside of any test, for failures", () => {
    expect(tallyOf('import "./missing.js";').failed).toEqual(["planted.test.js: could not be set up"]);
    const late = tallyOf('it("passes", () => { Promise.reject(new Error("nobody waits")); });');
    expect(late).toMatchObject({ passed: 1, failed: ["outside of any test: nobody waits"] });
  });

  it("names what passed only when it was repeated", () => {
    const tally = tallyOf(
      `let tries = 0; it("wavers", () => { tries += 1; if (tries < 2) throw new Error("no"); }); it("passes", () => {});`,
      "--retry=1",
    );
    expect(tally).toEqual({ passed: 2, failed: [], unsteady: ["planted.test.js: wavers"], skipped: [] });
  });

  it("reads a report of Playwright", () => {
    const test = (title: string, status: string, annotations: object[] = []) => ({
      title,
      tests: [{ status, annotations }],
    });
    const specs = [
      test("works", "expected"),
      test("breaks", "unexpected"),
      test("wavers", "flaky"),
      test("waits", "skipped", [{ type: "skip", description: "no Electron here" }]),
    ];
    const suites = [{ file: "a.spec.ts", title: "a.spec.ts", specs: [], suites: [{ title: "group", specs }] }];
    const path = join(folder, "playwright.json");
    writeFileSync(path, JSON.stringify({ config: { rootDir: join(process.cwd(), "test/e2e") }, errors: [], suites }));
    expect(readPlaywrightReport(path)).toEqual({
      passed: 2,
      failed: ["test/e2e/a.spec.ts: group: breaks"],
      unsteady: ["test/e2e/a.spec.ts: group: wavers"],
      skipped: [{ name: "test/e2e/a.spec.ts: group: waits", reason: "no Electron here" }],
    });
    expect(readPlaywrightReport(join(folder, "absent.json"))).toBeNull();
  });

  it("ends in one line that machines can read", () => {
    const skipped = [{ name: "a", reason: "no Redis" }];
    const tally = { ...emptyTally(), passed: 3, failed: ["b"], skipped };
    expect(countLine({ ...emptyTally(), passed: 3 })).toBe("3 passed, 0 failed");
    expect(countLine(tally)).toBe("3 passed, 1 failed, 1 skipped");
    expect(summary(tally)).toBe("Failed:\n  b\nSkipped:\n  a (no Redis)\n");
    const wavering = summary({ ...emptyTally(), passed: 3, unsteady: ["c"] });
    expect(wavering).toBe("Passed only when repeated, which is a fault to be mended:\n  c\n");
  });
});
