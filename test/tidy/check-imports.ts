import type { ImportRule, PackageHome } from "./import-rules.ts";
import type { ProjectFile } from "./project-files.ts";
import { type Import, readModule } from "./read-imports.ts";

/** One sentence for each import that a rule forbids. */
export function forbiddenImports(files: ProjectFile[], rules: ImportRule[]): string[] {
  return files.flatMap((file) => {
    const rulesHere = rules.filter((rule) => matches(file.path, rule.from));
    if (rulesHere.length === 0) return [];
    return readModule(file).imports.flatMap((found) =>
      rulesHere
        .filter((rule) => isForbidden(found, rule))
        .map((rule) => `${file.path} imports ${found.specifier}: ${rule.because}.`),
    );
  });
}

function isForbidden(found: Import, rule: ImportRule): boolean {
  if (!matches(found.target, rule.not) || matches(found.target, rule.but ?? [])) return false;
  return !(found.typeOnly && matches(found.target, rule.butTypes ?? []));
}

/** One sentence for each package that is loaded outside its home. */
export function strayPackages(files: ProjectFile[], homes: PackageHome[]): string[] {
  return files.flatMap((file) =>
    readModule(file).imports.flatMap((found) =>
      homes
        .filter((home) => !found.typeOnly && found.target === `npm:${home.packageName}`)
        .filter((home) => !matches(file.path, home.folders))
        .map(
          (home) =>
            `${file.path} loads ${home.packageName}, whose home is ${home.folders.join(", ")}: ${home.because}.`,
        ),
    ),
  );
}

/**
 * For folders that must run anywhere: follows what is loaded at run time through other folders too, and names the chain
 * that ends at a Node module or a package. `allowed` are packages that run anywhere.
 */
export function worldlyImports(files: ProjectFile[], folders: string[], allowed: string[]): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const seen = new Set<string>();
  const found: string[] = [];
  const follow = (path: string, chain: string[]): void => {
    const file = byPath.get(path);
    if (!file || seen.has(path)) return;
    seen.add(path);
    for (const { target, typeOnly } of readModule(file).imports) {
      if (typeOnly || allowed.includes(target)) continue;
      if (/^(?:node|npm):/.test(target)) found.push([...chain, path, target].join(" → "));
      else follow(target, [...chain, path]);
    }
  };
  for (const file of files) if (matches(file.path, folders)) follow(file.path, []);
  return found;
}

function matches(target: string, patterns: string[]): boolean {
  return patterns.some((pattern) => {
    const open = pattern.endsWith("/") || pattern.endsWith(":");
    const source = pattern.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", "[^/]*");
    return new RegExp(`^${source}${open ? "" : "$"}`).test(target);
  });
}
