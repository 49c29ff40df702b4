import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** Every module that a command line loads, by path. */
function loadedBy(args: string[]): string[] {
  const hook = `import { registerHooks } from "node:module";
    globalThis.__VERSION__ = "0.0.0-test";
    registerHooks({ load(url, context, next) { if (url.startsWith("file:")) process.stderr.write("loads " + url + "\\n"); return next(url, context); } });`;
  const { stderr } = spawnSync(
    process.execPath,
    [`--import=data:text/javascript,${encodeURIComponent(hook)}`, `${root}src-gateway/bin/gateway.ts`, ...args],
    { encoding: "utf8", env: { PATH: process.env["PATH"] } },
  );
  return [...stderr.matchAll(/^loads (.*)$/gm)].map(([, url = ""]) => fileURLToPath(url));
}

describe("the command line", () => {
  it.each([
    [["--help"]],
    [["logs", "--help"]],
    [["version"]],
    [["completion", "bash"]],
  ])("loads neither database nor web server nor schemas for %j", (args) => {
    const loaded = loadedBy(args);
    expect(loaded.some((path) => path.endsWith("cli/program.ts"))).toBe(true);
    expect(
      loaded.filter((path) => /node_modules\/(?!commander\/)|\/(?:store|settings|admin-api)\//.test(path)),
    ).toEqual([]);
  });

  it("loads no database where it asks another gateway", () => {
    const loaded = loadedBy(["--url", "http://127.0.0.1:1", "models"]);
    expect(loaded.some((path) => path.includes("/zod/"))).toBe(true);
    expect(
      loaded.filter((path) => /\/(?:express|kysely|better-sqlite3|pg|yaml|undici)\/|\/store\//.test(path)),
    ).toEqual([]);
  });
});
