/** Where the file of a thread is: a source while the sources run, an entry at the top of the bundle once it is built. */
import { existsSync } from "node:fs";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * @param bundledName as the build calls it, without its extension.
 * @param source where it is among the sources.
 * @returns a path. @throws Error when the installation lacks the file
 */
export function threadFile(bundledName: string, source: URL): string {
  const extension = extname(fileURLToPath(import.meta.url));
  if (extension === ".ts") return fileURLToPath(source);
  // The code that asks may stand in an entry of the bundle or in one of its chunks.
  const places = ["./", "../"].map((folder) =>
    fileURLToPath(new URL(folder + bundledName + extension, import.meta.url)),
  );
  const found = places.find((place) => existsSync(place));
  if (found === undefined) throw new Error(`${bundledName}${extension} is missing from the installation.`);
  return found;
}
