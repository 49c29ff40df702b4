/**
 * How heavy and how fast the console is, in Debian's or any other Chromium, against a gateway with a full ledger.
 * Run with `npm run build && node_modules/.bin/node test/bench/console.ts [rows]`; 1,000,000 rows unless said otherwise.
 * Times are milliseconds: the first visit of each page, with its code, and the best of five later ones.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { chromium, type Page } from "playwright";
import { browserLaunch } from "../../config/tooling/browser-launch.ts";
import { silentLogger } from "../../src-gateway/lib/logger.ts";
import { openStore } from "../../src-gateway/store/open-store.ts";
import { startConsoleWorld } from "../e2e/console-world.ts";
import { fillBusyLedger } from "../support/busy-ledger.ts";
import { repeatLedger } from "../support/repeat-ledger.ts";
import { visit } from "../support/visit.ts";

const ROWS = Number(process.argv[2] ?? 1_000_000);
const OWN_ROWS = 20_000;
const PATHS = [
  "/usage",
  "/",
  "/requests",
  "/budgets",
  "/providers",
  "/routing",
  "/config-history",
  "/keys",
  "/people",
  "/audit",
  "/agents",
  "/hooks",
  "/operations",
  "/settings",
];
const built = fileURLToPath(new URL("../../dist/renderer/", import.meta.url));

const world = await startConsoleWorld();
await world.stop();
const store = await openStore({ url: join(world.dataDir, "ledger.db"), log: silentLogger });
await fillBusyLedger(store, { rows: OWN_ROWS, days: 6, endUs: Date.now() * 1000 });
await repeatLedger(store, 7, ROWS / OWN_ROWS);
await store.close();
await world.start();
const browser = await chromium.launch(browserLaunch());
try {
  printWeight(await fetchedFirst());
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await signIn(page);
  console.log("\npage              first    again  requests  after another");
  for (const path of PATHS) {
    // What the page before still asks for would stand in the way.
    await quiet(page);
    const first = await visit(page, path);
    const again: number[] = [];
    for (let run = 0; run < 5; run++) {
      await visit(page, path === "/budgets" ? "/keys" : "/budgets");
      await quiet(page);
      again.push((await visit(page, path)).ms);
    }
    const times = [first.ms, Math.min(...again)].map((ms) => ms.toFixed(0).padStart(8)).join(" ");
    console.log(`${path.padEnd(15)}${times} ${String(first.requests).padStart(9)}  ${first.chained.join(" ")}`);
  }
  await scroll(page);
} finally {
  await browser.close();
  await world.close();
}

async function signIn(page: Page): Promise<void> {
  await page.goto(`${world.consoleUrl}#code=${await world.signInCode()}`);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.waitForLoadState("networkidle");
}

/** For the frame and the first page, without what is fetched in idle time for later ones. */
async function fetchedFirst(): Promise<string[]> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.addInitScript("window.requestIdleCallback = () => 0");
  const paths: string[] = [];
  page.on("response", (response) => paths.push(new URL(response.url()).pathname));
  await signIn(page);
  await page.close();
  return paths;
}

/** Nothing but the live stream is under way. */
async function quiet(page: Page): Promise<void> {
  await page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        let count = -1;
        const look = (): void => {
          const now = performance.getEntriesByType("resource").length;
          if (now === count) return resolve();
          count = now;
          setTimeout(look, 150);
        };
        look();
      }),
  );
}

/** Packed as the gateway sends it. */
function printWeight(paths: readonly string[]): void {
  const files = [...new Set(paths)].filter((path) => /\.(?:js|css|html|svg|woff2)$|\/console\/$/.test(path));
  const sizes = files.map((path) => {
    const name = path.replace(/^\/console\//, "");
    return { name, bytes: gzipSync(readFileSync(built + (name === "" ? "index.html" : name)), { level: 9 }).length };
  });
  for (const { name, bytes } of sizes.toSorted((a, b) => b.bytes - a.bytes))
    console.log(`${(bytes / 1000).toFixed(1).padStart(8)} KB  ${name}`);
  console.log(`${(sizes.reduce((sum, { bytes }) => sum + bytes, 0) / 1000).toFixed(1).padStart(8)} KB  in all, gzip`);
}

/** Through the list of requests with the wheel: how long each frame took. */
async function scroll(page: Page): Promise<void> {
  await visit(page, "/requests");
  await page.mouse.move(720, 600);
  const frames = page.evaluate(
    () =>
      new Promise<number[]>((resolve) => {
        const times: number[] = [];
        let before = performance.now();
        const startedAt = before;
        const next = (now: number): void => {
          times.push(now - before);
          before = now;
          if (now - startedAt < 8_000) requestAnimationFrame(next);
          else resolve(times);
        };
        requestAnimationFrame(next);
      }),
  );
  for (let turn = 0; turn < 150; turn++) await page.mouse.wheel(0, 600);
  const times = (await frames).toSorted((a, b) => a - b);
  const at = (share: number): string => (times[Math.floor(times.length * share)] ?? 0).toFixed(1);
  const late = times.filter((ms) => ms > 50).length;
  console.log(
    `\nscrolling ${ROWS} rows: frames p50 ${at(0.5)}, p95 ${at(0.95)}, p99 ${at(0.99)}, ${late} of ${times.length} over 50 ms`,
  );
}
