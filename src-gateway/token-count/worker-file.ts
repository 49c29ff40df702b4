/** Where the worker's own file is: next to this one among the sources, at the top of the bundle once it is built. */
import { existsSync } from "node:fs";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";

/** As the build calls it. */
const BUNDLED_NAME = "token-count-worker";

/** @returns a path. @throws Error when the installation lacks the file */
export function findWorkerFile(): string {
  const here = fileURLToPath(import.meta.url);
  const extension = extname(here);
  if (extension === ".ts") return fileURLToPath(new URL("worker.ts", import.meta.url));
  // The code that asks may stand in an entry of the bundle or in one of its chunks.
  const places = ["./", "../"].map((folder) =>
    fileURLToPath(new URL(folder + BUNDLED_NAME + extension, import.meta.url)),
  );
  const found = places.find((place) => existsSync(place));
  if (found === undefined) throw new Error(`${BUNDLED_NAME}${extension} is missing from the installation.`);
  return found;
}
