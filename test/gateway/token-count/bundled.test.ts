import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createBuilder, type EnvironmentOptions } from "vite";
import { afterAll, describe, expect, it } from "vitest";
import config from "../../../config/tooling/vite.config.ts";

const folder = mkdtempSync(join(tmpdir(), "tokligence-bundled-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const counterFile = fileURLToPath(new URL("../../../src-gateway/token-count/counter.ts", import.meta.url));
const program = join(folder, "program.ts");
// Loaded late, as the daemon is, so that it lands in a chunk. It closes nothing: an idle thread must not keep it alive.
writeFileSync(
  program,
  `const parts = [{ kind: "text", text: "hello world" }];
const request = { model: "gpt-5", turns: [{ role: "user", parts }], tools: [] };
void import(${JSON.stringify(counterFile)})
  .then(({ createTokenCounter }) => createTokenCounter({ maxQueue: 1 }).count(request as never))
  .then((count) => console.log(JSON.stringify(count)));`,
);

/** The project's own build, with the little program in the place of the real one. @returns the folder it is in. */
async function build(name: "main" | "node"): Promise<string> {
  const outDir = join(folder, "dist", name);
  const shipped = optionsOf(name);
  const input = (shipped.build?.rolldownOptions?.input ?? {}) as Record<string, string>;
  const beside = Object.fromEntries(Object.entries(input).filter(([entry]) => entry.endsWith("-worker")));
  const environments = { [name]: into(outDir, shipped, { program, ...beside }) };
  // The daemon's threads are bundles of their own, in the same folder.
  if (name === "node") environments["threads"] = into(outDir, optionsOf("threads"));
  const builder = await createBuilder({ ...config, configFile: false, logLevel: "error", environments });
  for (const each of Object.keys(environments)) {
    const environment = builder.environments[each];
    if (!environment) throw new Error(`the build has no environment ${each}`);
    await builder.build(environment);
  }
  writeFileSync(join(outDir, "package.json"), '{"type":"module"}');
  return outDir;
}

const optionsOf = (name: string): EnvironmentOptions => config.environments?.[name] as EnvironmentOptions;

function into(outDir: string, options: EnvironmentOptions, input?: Record<string, string>): EnvironmentOptions {
  const rolldownOptions = { ...options.build?.rolldownOptions, ...(input === undefined ? {} : { input }) };
  return { ...options, build: { ...options.build, outDir, rolldownOptions } };
}

describe("the bundle", () => {
  it.each([
    ["node", "program.cjs"],
    ["main", "program.js"],
  ] as const)("of dist/%s finds its counting thread, which lets the program end", async (name, file) => {
    const script = join(await build(name), file);
    const run = spawnSync(process.execPath, [script], { cwd: folder, encoding: "utf8", timeout: 20_000 });
    expect(run.stderr).toBe("");
    expect(JSON.parse(run.stdout)).toEqual({ tokens: expect.any(Number), estimated: true });
    expect(run.status).toBe(0);
  });
});
