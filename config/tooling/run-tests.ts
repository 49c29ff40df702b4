/**
 * `npm test`: the static checks, vitest, then the browser tests, all of them even after a failure.
 * The last line of standard output counts them; above it stands what failed, and what was skipped with its reason.
 *
 * `npm test -- test/gateway/store` runs only matching test files, and no static checks; arguments go to vitest, or to
 * Playwright when they name a `.spec.ts` file or test/e2e.
 */
import { spawn } from "node:child_process";
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { findChromium } from "./find-chromium.ts";
import { readPlaywrightReport } from "./playwright-tally.ts";
import { countLine, emptyTally, summary, type Tally } from "./tally.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
process.chdir(root);

/** A step that hangs must end before the build machine gives up on the whole run, so that the count is still printed. */
const STEP_LIMIT_MS = 25 * 60_000;

const STATIC_CHECKS: [name: string, packageName: string, bin: string, ...args: string[]][] = [
  // Several checkers each look at what all share, and the other checks are beside this one.
  ["types", "typescript", "tsc", "-p", ".", "--singleThreaded"],
  ["lint", "oxlint", "oxlint", "-c", "config/tooling/oxlint.json", "--type-aware"],
  ["format", "@biomejs/biome", "biome", "check", "--config-path=config/tooling"],
  ["unused code", "knip", "knip", "-c", "config/tooling/knip.json"],
];

/**
 * On a build machine that is shared with others a test is repeated once before it counts as failed, and named when that
 * helped. Nowhere else: who works on a test wants to see it fail.
 */
const REPEATS = process.env["CI"] === "true" ? 1 : 0;

const scratch = mkdtempSync(join(tmpdir(), "tokligence-tests-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));

/** Runs the command that a package brings; its output goes where ours goes, or there in one piece when it has ended. */
function run(
  packageName: string,
  bin: string,
  args: string[],
  { env = {}, isKept = false }: { env?: Record<string, string>; isKept?: boolean } = {},
): Promise<number> {
  const folder = join(root, "node_modules", packageName);
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    bin: string | Record<string, string>;
  };
  const script = typeof manifest.bin === "string" ? manifest.bin : manifest.bin[bin];
  if (script === undefined) throw new Error(`The package ${packageName} brings no command named ${bin}.`);
  const title = `\n> ${bin} ${args.join(" ")}\n`;
  if (!isKept) process.stdout.write(title);
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(folder, script), ...args], {
      stdio: ["ignore", isKept ? "pipe" : "inherit", isKept ? "pipe" : "inherit"],
      env: { ...process.env, TEST_POSTGRES_KEPT: join(scratch, "postgres"), ...env },
      timeout: STEP_LIMIT_MS,
    });
    const said: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", (bytes: Buffer) => void said.push(bytes));
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (isKept) process.stdout.write(Buffer.concat([Buffer.from(title), ...said]));
      if (signal !== null) process.stderr.write(`${bin} was ended by ${signal}.\n`);
      resolve(code ?? 1);
    });
  });
}

/** Beside each other: only one of them keeps more than one processor busy, and that not all the time. */
async function runStaticChecks(): Promise<Tally> {
  const tally = emptyTally();
  const codes = await Promise.all(
    STATIC_CHECKS.map(([, packageName, bin, ...args]) => run(packageName, bin, args, { isKept: true })),
  );
  for (const [at, [name, , bin, ...args]] of STATIC_CHECKS.entries()) {
    if (codes[at] === 0) tally.passed += 1;
    else tally.failed.push(`${name} (${bin} ${args.join(" ")})`);
  }
  return tally;
}

async function runVitest(filters: string[]): Promise<Tally> {
  const report = join(scratch, "vitest.json");
  const reporters = ["--reporter=default", "--reporter=./config/tooling/vitest-tally.ts"];
  const args = ["run", "-c", "config/tooling/vitest.config.ts", ...reporters, `--retry=${REPEATS}`, ...filters];
  const code = await run("vitest", "vitest", args, { env: { VITEST_TALLY_FILE: report } });
  const tally = existsSync(report) ? (JSON.parse(readFileSync(report, "utf8")) as Tally) : emptyTally();
  return withExitCode("vitest", code, tally);
}

async function runPlaywright(filters: string[]): Promise<Tally> {
  const specs = globSync("test/e2e/**/*.spec.ts");
  if (specs.length === 0) return emptyTally();
  if (findChromium() === null) {
    const reason = "no Chromium on this machine; name one in TEST_CHROMIUM, or run: npx playwright install chromium";
    return { ...emptyTally(), skipped: specs.map((name) => ({ name, reason })) };
  }
  const report = join(scratch, "playwright.json");
  const args = [
    "test",
    "-c",
    "config/tooling/playwright.config.ts",
    "--reporter=list,json",
    `--retries=${REPEATS}`,
    ...filters,
  ];
  const code = await run("@playwright/test", "playwright", args, { env: { PLAYWRIGHT_JSON_OUTPUT_NAME: report } });
  return withExitCode("playwright", code, readPlaywrightReport(report) ?? emptyTally());
}

/** A runner can fail without a failed test, for example when it crashes or finds no test; that must not look like success. */
function withExitCode(runner: string, code: number, tally: Tally): Tally {
  if (code !== 0 && tally.failed.length === 0) tally.failed.push(`${runner} ended with code ${code}`);
  return tally;
}

function add(total: Tally, part: Tally): void {
  total.passed += part.passed;
  total.failed.push(...part.failed);
  total.unsteady.push(...part.unsteady);
  total.skipped.push(...part.skipped);
}

const filters = process.argv.slice(2);
const total = emptyTally();
if (filters.length === 0) {
  add(total, await runStaticChecks());
  add(total, await runVitest([]));
  add(total, await runPlaywright([]));
} else if (filters.some((filter) => filter.endsWith(".spec.ts") || filter.includes("test/e2e"))) {
  add(total, await runPlaywright(filters));
} else {
  add(total, await runVitest(filters));
}

process.stdout.write(`\n${summary(total)}${countLine(total)}\n`);
process.exitCode = total.failed.length > 0 || total.passed === 0 ? 1 : 0;
