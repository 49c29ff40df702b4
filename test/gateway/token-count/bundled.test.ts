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

/** The project's own build, with the little program in the place of the real ones. */
async function build(name: "main" | "node"): Promise<string> {
  const shipped = config.environments?.[name] as EnvironmentOptions;
  const outDir = join(folder, "dist", name);
  const input = (shipped.build?.rolldownOptions?.input ?? {}) as Record<string, string>;
  const threads = Object.fromEntries(Object.entries(input).filter(([entry]) => entry.endsWith("-worker")));
  const rolldownOptions = { ...shipped.build?.rolldownOptions, input: { program, ...threads } };
  const environment = { ...shipped, build: { ...shipped.build, outDir, rolldownOptions } };
  const environments = { [name]: environment };
  const builder = await createBuilder({ ...config, configFile: false, logLevel: "error", environments });
  const built = builder.environments[name];
  if (!built) throw new Error(`the build has no environment ${name}`);
  await builder.build(built);
  writeFileSync(join(outDir, "package.json"), '{"type":"module"}');
  return outDir;
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
