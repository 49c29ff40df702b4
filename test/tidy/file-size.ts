/**
 * The sizes that files may have. After files shrank, or when a large one is wanted for a good reason, this writes the list
 * anew; the diff then shows the decision:
 *
 *     node_modules/.bin/node test/tidy/file-size.ts
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ProjectFile, projectRoot, readCode, SOURCE_FOLDERS } from "./project-files.ts";

export const LIST_PATH = "test/tidy/file-size.json";

/** Lines by path, of the files that are larger than we like. */
export type SizeList = Record<string, number>;

/** `listedAbove`: such a file is on the list and may not grow. `newLimit`: a file that is not on it may not be longer. */
const LIMITS = {
  source: { listedAbove: 200, newLimit: 250 },
  test: { listedAbove: 400, newLimit: 400 },
};

const limitsFor = (path: string) => (path.startsWith("test/") ? LIMITS.test : LIMITS.source);

export function countLines(text: string): number {
  return text === "" ? 0 : text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
}

export const readMeasuredFiles = (): ProjectFile[] => readCode(...SOURCE_FOLDERS, "config", "test");

export function largeFiles(files: ProjectFile[]): SizeList {
  const list: SizeList = {};
  for (const { path, text } of files) {
    const lines = countLines(text);
    if (lines > limitsFor(path).listedAbove) list[path] = lines;
  }
  return list;
}

/** One sentence for each file that is too large, or smaller than the list says. */
export function sizeProblems(files: ProjectFile[], list: SizeList): string[] {
  const problems: string[] = [];
  const sizes = new Map(files.map(({ path, text }) => [path, countLines(text)]));
  for (const [path, lines] of sizes) {
    const { newLimit } = limitsFor(path);
    const listed = list[path];
    if (listed === undefined && lines > newLimit)
      problems.push(`${path} has ${lines} lines, more than ${newLimit}: split it.`);
    if (listed !== undefined && lines > listed) {
      problems.push(`${path} has grown from ${listed} to ${lines} lines, and was large already: split it.`);
    }
  }
  for (const [path, listed] of Object.entries(list)) {
    const lines = sizes.get(path);
    if (lines === undefined) problems.push(`${path} is gone: remove it from ${LIST_PATH}.`);
    else if (lines <= limitsFor(path).listedAbove) problems.push(`${path} is small now: remove it from ${LIST_PATH}.`);
    else if (lines < listed) problems.push(`${path} has shrunk to ${lines} lines: lower its number in ${LIST_PATH}.`);
  }
  return problems;
}

if (import.meta.main) {
  const list = largeFiles(readMeasuredFiles());
  writeFileSync(join(projectRoot, LIST_PATH), `${JSON.stringify(list, null, 2)}\n`);
  process.stdout.write(`${Object.keys(list).length} files are in ${LIST_PATH}.\n`);
}
