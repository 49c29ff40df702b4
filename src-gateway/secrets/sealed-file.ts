import { statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { replaceWhole } from "../lib/private-file.ts";
import type { SealedRow, SealedRows } from "./types.ts";

/** Sealed values in one file of JSON, readable by its owner only, and replaced whole with each change. */
export function createSealedFile(path: string): SealedRows {
  let writing: Promise<unknown> = Promise.resolve();
  /** One change after the other, each on what the last one left. */
  const change = <Result>(work: (rows: Map<string, SealedRow>) => Result): Promise<Result> => {
    const done = writing.then(async () => {
      const rows = await readRows(path);
      const result = work(rows);
      await replaceWhole(path, `${JSON.stringify({ secrets: [...rows.values()] }, null, 1)}\n`);
      return result;
    });
    writing = done.catch(() => {});
    return done;
  };
  return {
    place: "file",
    all: async () => [...(await readRows(path)).values()],
    get: async (name) => (await readRows(path)).get(name) ?? null,
    put: (row) => change((rows) => void rows.set(row.name, row)),
    remove: (name) => change((rows) => rows.delete(name)),
    async version() {
      // At once: it is asked every second, and waking a thread for it costs ten times as much as the answer.
      try {
        const found = statSync(path, { throwIfNoEntry: false });
        return found ? `${found.mtimeMs}/${found.size}/${found.ino}` : "none";
      } catch {
        return "none";
      }
    },
  };
}

async function readRows(path: string): Promise<Map<string, SealedRow>> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return new Map();
    throw error;
  }
  const { secrets } = JSON.parse(text) as { secrets: SealedRow[] };
  return new Map(secrets.map((row) => [row.name, row]));
}
