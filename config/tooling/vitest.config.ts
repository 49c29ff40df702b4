import { globSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { configDefaults, defineConfig } from "vitest/config";
import { endpointTable } from "./endpoint-table.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** What a file could leave behind in its process for the next one. */
const LEAVES_SOMETHING =
  /"node:(?:child_process|cluster|dgram|http2?|https|net|tls|worker_threads)"|process\.(?:chdir|on|once)\(|process\.env\[[^\]]+\] =|\bvi\.|\/support\/(?:gateway|daemon|postgres)\.ts/;

/** Files of folders where all is calculated from what it is given, but those that start something all the same. */
const CALCULATED = globSync(
  "test/gateway/{affinity,health,ir,joins,limits,prices,protocols,providers,routing,runaway}/**/*.test.ts",
  { cwd: root },
)
  .map((path) => path.replaceAll(sep, "/"))
  .filter((path) => !LEAVES_SOMETHING.test(readFileSync(join(root, path), "utf8")));

export default defineConfig({
  root,
  plugins: [endpointTable()],
  define: { __VERSION__: '"0.0.0-test"' },
  test: {
    // Real servers, databases and SDKs: generous, because a loaded machine must not make a test fail.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Two cores everywhere we run.
    maxWorkers: 2,
    reporters: ["default"],
    // In the order of their names, so that the short ones fill the end.
    projects: [
      {
        extends: true,
        test: { name: "alone", include: ["test/**/*.test.ts"], exclude: [...configDefaults.exclude, ...CALCULATED] },
      },
      // Starting a process and loading the same modules for each file takes as long as all their tests.
      { extends: true, test: { name: "together", include: CALCULATED, isolate: false } },
    ],
  },
});
