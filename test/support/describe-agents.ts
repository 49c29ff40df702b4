/** The table of docs/agents.md, made from the recipes. `node test/support/describe-agents.ts` writes it anew. */
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { placesOf, shortPath } from "../../src-gateway/agents/paths.ts";
import { RECIPES } from "../../src-gateway/agents/recipes/recipes.ts";
import type { Platform, Recipe } from "../../src-gateway/agents/types.ts";

const HOMES: Record<Platform, string> = { linux: "/home/you", darwin: "/Users/you", win32: "C:\\Users\\you" };

/** The files that a connection writes, with the home folder as `~`. */
function pathsOn(recipe: Recipe, platform: Platform): string[] {
  const home = HOMES[platform];
  const places = placesOf(
    { platform, home, env: {}, cwd: home },
    `${home}${platform === "win32" ? "\\" : "/"}.tokligence`,
  );
  const chosen = (recipe.candidates?.(places) ?? []).map((list) => list[0] ?? "");
  const target = { baseUrl: "http://127.0.0.1:8081", token: "", model: "model", models: [] };
  return recipe.files(target, places, chosen).map(({ path }) => shortPath(path, home));
}

const code = (paths: string[]): string => paths.map((path) => `\`${path}\``).join("<br>");

export function describeAgents(): string {
  const lines = RECIPES.map((recipe) => {
    const [linux, darwin, win32] = (["linux", "darwin", "win32"] as const).map((platform) => pathsOn(recipe, platform));
    const isSame = String(linux) === String(darwin);
    const how = { written: "files", launcher: "variables of a shell", guided: "by hand" }[recipe.support];
    const files =
      linux === undefined || linux.length === 0
        ? "–"
        : `${code(linux)}${isSame ? "" : `<br>macOS: ${code(darwin ?? [])}`}<br>Windows: ${code(win32 ?? [])}`;
    const model = recipe.needsModel ? "needed" : "its own, or `--model`";
    return `| \`${recipe.id}\` | ${recipe.title} | ${recipe.speaks} | ${how}${recipe.keyByHand ? ", key by hand" : ""} | ${files} | ${model} |`;
  });
  return [
    "| Name | Agent | Speaks | Connected by | Files | Model |",
    "| --- | --- | --- | --- | --- | --- |",
    ...lines,
  ].join("\n");
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const file = new URL("../../docs/agents.md", import.meta.url);
  const text = readFileSync(file, "utf8");
  const start = text.indexOf("| Name | Agent |");
  const end = text.indexOf("\n\n", start);
  writeFileSync(file, text.slice(0, start) + describeAgents() + (end < 0 ? "\n" : text.slice(end)));
}
