// The desktop app in the real Electron, where there is one: `npm run test:electron`.
import { fileURLToPath } from "node:url";
import { defineConfig } from "@playwright/test";

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
export default defineConfig({
  testDir: at("test/e2e"),
  testMatch: "**/electron.spec.ts",
  outputDir: at("test-results"),
  forbidOnly: true,
  retries: 0,
  workers: 1,
  timeout: 120_000,
  reporter: "list",
  projects: [{ name: "electron" }],
});
