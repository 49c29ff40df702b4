// The one build of everything that ships: the console, the desktop shell, its preload script, the daemon and the command line.
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig, type EnvironmentOptions } from "vite";
import packageJson from "../../package.json" with { type: "json" };
import { endpointTable } from "./endpoint-table.ts";
import { lazyGroups, lazyParts } from "./lazy-parts.ts";

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

interface Bundle {
  outDir: string;
  input: Record<string, string>;
  format: "es" | "cjs";
  /** Stands in a folder that another bundle has emptied, and keeps its chunks in a folder of this name. */
  beside?: string;
  isLazy?: boolean;
}

/** Comments are gone and texts are ASCII, which the engine keeps in half the memory; lines stay, because errors show them. */
const COMPACT = {
  compress: false,
  mangle: false,
  codegen: { removeWhitespace: false, asciiOnly: true, legalComments: "inline" },
} as const;

/** One character beyond ASCII in a comment would keep the whole file in twice the memory. */
const COMMENTS = { legal: true, annotation: false, jsdoc: false };

function nodeBundle({ outDir, input, format, beside, isLazy = false }: Bundle): EnvironmentOptions {
  const chunks = beside ?? "chunks";
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
      emptyOutDir: beside === undefined,
      copyPublicDir: false,
      minify: false,
      sourcemap: true,
      target: "node24",
      rolldownOptions: {
        input,
        // An entry that others share code with would run its own lines in them: a thread is started, never loaded.
        preserveEntrySignatures: isLazy ? false : "strict",
        platform: "node",
        output: {
          format,
          entryFileNames: format === "cjs" ? "[name].cjs" : "[name].js",
          chunkFileNames: `${chunks}/[name]-[hash].${format === "cjs" ? "cjs" : "js"}`,
          ...(format === "cjs" ? { minify: COMPACT, comments: COMMENTS } : {}),
          ...(isLazy ? { codeSplitting: { groups: lazyGroups } } : {}),
        },
      },
    },
  };
}

export default defineConfig({
  root: at("src-renderer"),
  base: "./",
  plugins: [react(), endpointTable(), ...lazyParts("node")],
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
    main: nodeBundle({
      outDir: "dist/main",
      input: { index: at("src-main/index.ts"), ...threads },
      format: "es",
    }),
    preload: nodeBundle({ outDir: "dist/preload", input: { preload: at("src-main/preload.ts") }, format: "cjs" }),
    // Each by itself: what programs share would be spread over files that each of them has to find and read.
    node: nodeBundle({
      outDir: "dist/node",
      input: { gatewayd: at("src-gateway/bin/gatewayd.ts") },
      format: "cjs",
      isLazy: true,
    }),
    cli: nodeBundle({
      outDir: "dist/node",
      input: { gateway: at("src-gateway/bin/gateway.ts") },
      format: "cjs",
      beside: "cli",
    }),
    threads: nodeBundle({ outDir: "dist/node", input: threads, format: "cjs", beside: "threads" }),
  },
});
