import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium } from "playwright";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** The browser for tests: the one of `TEST_CHROMIUM`, of the machine, or of Playwright; null when there is none. */
export function findChromium(): string | null {
  const named = process.env["TEST_CHROMIUM"];
  if (named) return named;
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    for (const name of NAMES) if (existsSync(join(folder, name))) return join(folder, name);
  }
  const own = chromium.executablePath();
  return existsSync(own) ? own : null;
}
