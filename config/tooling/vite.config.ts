// The one build of everything that ships: the console, the desktop shell, its preload script, the daemon and the command line.
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig, type EnvironmentOptions } from "vite";
import packageJson from "../../package.json" with { type: "json" };
import { endpointTable } from "./endpoint-table.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const at = (path: string): string => root + path;

/** Stay in node_modules at run time: the host's own module, and packages with native parts. */
const external = ["electron", "better-sqlite3", "keytar"];

/** Threads are started by the path of their file, so each is an entry beside the program that starts it. */
const threads = {
  "token-count-worker": at("src-gateway/token-count/worker.ts"),
  "body-worker": at("src-gateway/compose/body-worker.ts"),
  "keychain-worker": at("src-gateway/secrets/keychain-worker.ts"),
};

function nodeBundle(outDir: string, input: Record<string, string>, format: "es" | "cjs"): EnvironmentOptions {
  return {
    consumer: "server",
    define: {
      "process.env.NODE_ENV": '"production"',
      __VERSION__: JSON.stringify(packageJson.version),
      // pg reads this to decide whether its native twin should be tried; the twin is not shipped.
      "process.env.NODE_PG_FORCE_NATIVE": "undefined",
    },
    resolve: { noExternal: true, external, conditions: ["node", "module"] },
    build: {
      outDir: at(outDir),
      emptyOutDir: true,
      copyPublicDir: false,
      minify: false,
      sourcemap: true,
      target: "node24",
      rolldownOptions: {
        input,
        // An entry that others share code with would run its own lines in them: a thread is started, never loaded.
        preserveEntrySignatures: "strict",
        platform: "node",
        output: {
          format,
          entryFileNames: format === "cjs" ? "[name].cjs" : "[name].js",
          chunkFileNames: format === "cjs" ? "chunks/[name]-[hash].cjs" : "chunks/[name]-[hash].js",
        },
      },
    },
  };
}

export default defineConfig({
  root: at("src-renderer"),
  base: "./",
  plugins: [react(), endpointTable()],
  builder: {},
  environments: {
    client: {
      define: { __VERSION__: JSON.stringify(packageJson.version) },
      build: {
        outDir: at("dist/renderer"),
        emptyOutDir: true,
        sourcemap: true,
        target: "chrome120",
        modulePreload: { polyfill: false },
        rolldownOptions: { input: at("src-renderer/index.html") },
      },
    },
    main: nodeBundle("dist/main", { index: at("src-main/index.ts"), ...threads }, "es"),
    preload: nodeBundle("dist/preload", { preload: at("src-main/preload.ts") }, "cjs"),
    node: nodeBundle(
      "dist/node",
      { gatewayd: at("src-gateway/bin/gatewayd.ts"), gateway: at("src-gateway/bin/gateway.ts"), ...threads },
      "cjs",
    ),
  },
});
