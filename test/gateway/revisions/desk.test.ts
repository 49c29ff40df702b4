import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import { createLiveConfig } from "../../../src-gateway/compose/live-config.ts";
import { systemClock } from "../../../src-gateway/lib/clock.ts";
import { silentLogger } from "../../../src-gateway/lib/logger.ts";
import { CATALOGUE } from "../../../src-gateway/providers/catalogue.ts";
import { createConfigDesk } from "../../../src-gateway/revisions/desk.ts";
import { createRevisionRows } from "../../../src-gateway/revisions/revision-rows.ts";
import type { ChangeRequest, ConfigDesk, ConfigOperation } from "../../../src-gateway/revisions/types.ts";
import { loadSettings } from "../../../src-gateway/settings/load-settings.ts";
import { describeOnBothDatabases, type TestDatabase } from "../../suites/store.suite.ts";

const START = `# the team's
providers:
  - id: a   # first
    kind: openai
    credential: env:A_KEY

  - { id: b, kind: groq, credential: env:B_KEY }
aliases: {fast: x}
`;

async function openDesk(database: TestDatabase): Promise<{ desk: ConfigDesk; file: string }> {
  const file = join(database.folder, "gateway.yaml");
  writeFileSync(file, START);
  const { folder } = database;
  const settings = loadSettings({ env: {}, argv: { dataDir: folder, configFile: file }, cwd: folder, homeDir: folder });
  const config = createLiveConfig({ settings, env: {}, catalogue: CATALOGUE, log: silentLogger, onTaken() {} });
  const rows = createRevisionRows(await database.open(), file);
  const desk = createConfigDesk({
    rows,
    inForce: config,
    file,
    known: () => [],
    clock: systemClock,
    log: silentLogger,
  });
  return { desk, file };
}

const request = (change: ChangeRequest["change"]): ChangeRequest => ({
  change,
  base: null,
  author: "tester",
  message: null,
  checkOnly: false,
  overwrite: false,
  mayApply() {},
});

const name = fc.constantFrom("a", "b", "c", "d");
const operation: fc.Arbitrary<ConfigOperation> = fc.oneof(
  fc.record({
    op: fc.constant("set" as const),
    path: fc.tuple(fc.constant("aliases"), fc.string({ minLength: 1, maxLength: 5 })),
    value: fc.string({ maxLength: 8 }),
  }),
  name.map((id) => ({
    op: "set" as const,
    path: ["providers", { id }],
    value: { id, kind: "openai", enabled: id !== "c" },
  })),
  name.map((id) => ({ op: "remove" as const, path: ["providers", { id }] })),
  fc.tuple(name, fc.nat(3)).map(([id, to]) => ({ op: "move" as const, path: ["providers", { id }], to })),
  name.map((id) => ({ op: "set" as const, path: ["default_provider"], value: id })),
  name.map((id) => ({ op: "insert" as const, path: ["routes", 0], value: { match: `${id}-*`, targets: [id] } })),
);

describeOnBothDatabases("any changes", (database) => {
  it("that are taken can be taken back, byte for byte, and those that are refused leave no trace", async () => {
    const { desk, file } = await openDesk(database);
    const texts = new Map<number, string>();
    const note = async (): Promise<void> => {
      const { revision, text, problem } = await desk.document();
      expect(problem).toBeNull();
      // What is said to be in force is what stands in the file.
      expect(text).toBe(readFileSync(file, "utf8"));
      texts.set(revision?.id ?? 0, text);
    };
    await note();
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { minLength: 1, maxLength: 2 }), async (operations) => {
        const before = readFileSync(file, "utf8");
        const result = await desk.change(request({ operations })).catch(() => null);
        const isTaken = result?.applied === true;
        expect(isTaken || readFileSync(file, "utf8") === before).toBe(true);
        await note();
      }),
      { numRuns: 60 },
    );
    for (const [id, text] of texts) {
      const back = await desk.change(request({ rollbackTo: id }));
      expect(back).toMatchObject({ problems: [], missing: [] });
      expect(readFileSync(file, "utf8")).toBe(text);
    }
    // Not an empty test: of sixty, about half are taken.
    expect(texts.size).toBeGreaterThan(5);
    const first = Math.min(...texts.keys());
    expect(texts.get(first)).toBe(START);
  });
});
