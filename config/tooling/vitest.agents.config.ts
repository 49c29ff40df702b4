import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** Real coding agents: large to install, so apart from the ordinary run. */
export default defineConfig({
  root: fileURLToPath(new URL("../../", import.meta.url)),
  define: { __VERSION__: '"0.0.0-test"' },
  test: { include: ["test/agents/**/*.agent.ts"], fileParallelism: false },
});
