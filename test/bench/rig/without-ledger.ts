/** A build of the gateway that is the same but for its ledger, which cannot be switched off. */
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createBuilder } from "vite";

const root = join(import.meta.dirname, "../../..");
const WRITER = /\/store\/exchange-writer\.ts$|^\.\/exchange-writer\.ts$/;

/** @returns the program. It lies where it finds the packages that are not in it. */
export async function buildWithoutLedger(): Promise<string> {
  const folder = join(root, "node_modules/.cache/tokligence-bench");
  rmSync(folder, { recursive: true, force: true });
  // The console and the threads stay as they are.
  cpSync(join(root, "dist"), folder, { recursive: true });
  const writer = {
    name: "no-writer",
    enforce: "pre" as const,
    resolveId: (id: string) => (WRITER.test(id) ? join(import.meta.dirname, "no-writer.ts") : null),
  };
  const builder = await createBuilder({
    configFile: join(root, "config/tooling/vite.config.ts"),
    logLevel: "error",
    plugins: [writer],
    environments: { node: { build: { outDir: join(folder, "node"), emptyOutDir: false } } },
  });
  const { node } = builder.environments;
  if (node === undefined) throw new Error("the build of gatewayd has another name");
  await builder.build(node);
  return join(folder, "node/gatewayd.cjs");
}
