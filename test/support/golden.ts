/**
 * Files in `test/golden/` that hold what the gateway made of something on a day when somebody read it and agreed.
 * `UPDATE_GOLDEN=1` writes them anew; the difference is then there to be read.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { expect } from "vitest";

const ROOT = new URL("../golden/", import.meta.url);
const isUpdate = process.env["UPDATE_GOLDEN"] === "1";

/** @param path below `test/golden/` */
export function expectGolden(path: string, text: string): void {
  const file = new URL(path, ROOT);
  if (isUpdate) {
    mkdirSync(dirname(file.pathname), { recursive: true });
    writeFileSync(file, text);
  }
  expect(text).toBe(readFileSync(file, "utf8"));
}

export const goldenJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** Golden files of the folder that no test asks for any more. */
export function staleGolden(folder: string, wanted: readonly string[]): string[] {
  const known = new Set(wanted);
  const stale = readdirSync(new URL(`${folder}/`, ROOT)).filter((name) => !known.has(name));
  if (!isUpdate) return stale;
  for (const name of stale) rmSync(new URL(`${folder}/${name}`, ROOT));
  return [];
}
