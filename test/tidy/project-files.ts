/** What the tests about the source itself look at. They walk folders and ask no git, so they also hold in an archive. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

export const projectRoot = fileURLToPath(new URL("../../", import.meta.url));

/** Made by tools, and not part of the source. */
export const GENERATED = ["node_modules", "dist", "release", "coverage", "test-results", ".git"];

export const SOURCE_FOLDERS = ["src-gateway", "src-main", "src-renderer"];

export interface ProjectFile {
  /** From the project's root, with forward slashes. */
  path: string;
  text: string;
}

/** Every file under the folders, sorted. Missing folders have none. */
export function listFiles(...folders: string[]): string[] {
  return folders.flatMap((folder) => walk(join(projectRoot, folder))).sort();
}

export function readProjectFile(path: string): ProjectFile {
  return { path, text: readFileSync(join(projectRoot, path), "utf8") };
}

const CODE = /\.(?:ts|tsx|mts|mjs|cjs|js)$/;

/** The program text under the folders; recorded fixtures are data, whatever their ending. */
export function readCode(...folders: string[]): ProjectFile[] {
  return listFiles(...folders)
    .filter((path) => CODE.test(path) && !path.startsWith("test/fixtures/"))
    .map(readProjectFile);
}

function walk(folder: string): string[] {
  const paths: string[] = [];
  for (const entry of entriesOf(folder)) {
    if (GENERATED.includes(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) paths.push(...walk(path));
    else paths.push(relative(projectRoot, path).split(sep).join("/"));
  }
  return paths;
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
