import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { endpointTable } from "./endpoint-table.ts";

export default defineConfig({
  root: fileURLToPath(new URL("../../", import.meta.url)),
  plugins: [endpointTable()],
  define: { __VERSION__: '"0.0.0-test"' },
  test: {
    include: ["test/**/*.test.ts"],
    // Real servers, databases and SDKs: generous, because a loaded machine must not make a test fail.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Two cores everywhere we run.
    maxWorkers: 2,
    reporters: ["default"],
  },
});
