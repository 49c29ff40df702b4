import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { adoptSpills, spillFileOf } from "../../../src-gateway/compose/spill-files.ts";

let dataDir = "";
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "spills-"));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

it("gives each worker a file of its own, and the first one that of a gateway that is alone", () => {
  const fileOf = (number: number) => spillFileOf({ dataDir, worker: { number } });
  expect(fileOf(1)).toBe(spillFileOf({ dataDir }));
  expect(new Set([1, 2, 3].map(fileOf)).size).toBe(3);
});

it("takes over what workers left, whole lines only, and leaves alone what belongs to others", async () => {
  writeFileSync(spillFileOf({ dataDir }), "own\n");
  writeFileSync(spillFileOf({ dataDir, worker: { number: 2 } }), "second\n");
  writeFileSync(spillFileOf({ dataDir, worker: { number: 12 } }), "twelfth, tor");
  writeFileSync(join(dataDir, "unsaved-exchanges.worker-2.ndjson.bak"), "somebody's");
  await adoptSpills({ dataDir, worker: { number: 1 } });
  expect(readFileSync(spillFileOf({ dataDir }), "utf8")).toBe("own\n");
  await adoptSpills({ dataDir });
  const lines = readFileSync(spillFileOf({ dataDir }), "utf8").split("\n");
  expect(lines.toSorted()).toEqual(["", "own", "second", "twelfth, tor"]);
  expect(readdirSync(dataDir).toSorted()).toEqual([
    "unsaved-exchanges.ndjson",
    "unsaved-exchanges.worker-2.ndjson.bak",
  ]);
  await adoptSpills({ dataDir: join(dataDir, "not-there-yet") });
});
