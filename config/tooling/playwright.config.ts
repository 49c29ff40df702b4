// The browser tests: the console in a real Chromium, against a gateway that each test starts itself.
import { fileURLToPath } from "node:url";
import { defineConfig } from "@playwright/test";
import { browserLaunch } from "./browser-launch.ts";

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
export default defineConfig({
  testDir: at("test/e2e"),
  testMatch: "**/*.spec.ts",
  outputDir: at("test-results"),
  forbidOnly: true,
  // Each file has gateways of its own, so two can run side by side; two cores everywhere we run.
  workers: 2,
  // A loaded machine must not make a test fail.
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: "list",
  use: {
    // Recording takes a quarter of the processor's time, and a machine that repeats what failed can record that alone.
    trace: process.env["CI"] === "true" ? "on-first-retry" : "retain-on-failure",
    launchOptions: browserLaunch(),
  },
});
