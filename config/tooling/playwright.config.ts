// The browser tests: the console in a real Chromium, against a gateway that each test starts itself.
import { fileURLToPath } from "node:url";
import { defineConfig } from "@playwright/test";
import { findChromium } from "./find-chromium.ts";

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const executablePath = findChromium();

// Chromium asks its maker for updates and lists when it starts, which a closed network turns into waiting.
const args = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic"];
// Its sandbox refuses to run as root.
if (process.getuid?.() === 0) args.push("--no-sandbox");

export default defineConfig({
  testDir: at("test/e2e"),
  testMatch: "**/*.spec.ts",
  outputDir: at("test-results"),
  forbidOnly: true,
  // A test that passes only the second time is a failed test.
  retries: 0,
  workers: 1,
  timeout: 60_000,
  reporter: "list",
  use: {
    trace: "retain-on-failure",
    launchOptions: executablePath === null ? { args } : { args, executablePath },
  },
});
