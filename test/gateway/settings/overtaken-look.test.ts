// The console writes the file and says what stands in it, while somebody who read it before has not said so yet.
import { writeFileSync } from "node:fs";
import type * as FsPromises from "node:fs/promises";
import { expect, it, onTestFinished, vi } from "vitest";
import { silentLogger } from "../../../src-gateway/lib/logger.ts";
import { type ConfigSource, createConfigSource } from "../../../src-gateway/settings/watch-config.ts";
import { settingsFolder } from "./settings-folder.ts";

const alias = (model: string): string => `aliases: {fast: ${model}}\n`;

/** What has been read is handed over when its turn comes. */
const reads: (() => void)[] = [];
vi.mock("node:fs/promises", async (original) => {
  const real = await original<typeof FsPromises>();
  const readFile = async (path: string): Promise<Buffer> => {
    const bytes = await real.readFile(path);
    await new Promise<void>((resolve) => void reads.push(resolve));
    return bytes;
  };
  return { ...real, readFile };
});
async function nextRead(): Promise<() => void> {
  await vi.waitFor(() => expect(reads.length).toBeGreaterThan(0), { timeout: 10_000, interval: 5 });
  return reads.shift() as () => void;
}

interface Watched {
  source: ConfigSource;
  path: string;
  /** Every model that was in force, in its turn. */
  models: (string | undefined)[];
}
function watchConfig(): Watched {
  const path = settingsFolder().write("gateway.yaml", alias("a"));
  const models: (string | undefined)[] = [];
  const source = createConfigSource({
    settings: { configFile: path, inline: { providers: [], routes: [], aliases: {} } },
    kinds: new Set(),
    environmentProviders: [],
    log: silentLogger,
    onChange: ({ aliases }) => void models.push(aliases["fast"]),
    onProblem: () => {},
  });
  reads.length = 0;
  onTestFinished(() => source.stop());
  return { source, path, models };
}

it("a look that began before a text was taken does not put the text before in force again", async () => {
  const { source, path, models } = watchConfig();
  source.start();
  writeFileSync(path, alias("b"));
  source.take(alias("b"));
  // Two looks that agree settle what stands there.
  (await nextRead())();
  const handOver = await nextRead();
  writeFileSync(path, alias("c"));
  source.take(alias("c"));
  handOver();
  for (let looks = 0; looks < 2; looks++) (await nextRead())();
  expect(models).toEqual(["b", "c"]);
});

it("nor does a reload", async () => {
  const { source, path, models } = watchConfig();
  const reloaded = source.reload();
  const handOver = await nextRead();
  writeFileSync(path, alias("b"));
  source.take(alias("b"));
  handOver();
  (await nextRead())();
  await reloaded;
  expect(models).toEqual(["b"]);
});
