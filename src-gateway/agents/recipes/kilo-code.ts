import type { Places, Recipe } from "../types.ts";
import { openCodeEdits } from "./opencode-like.ts";

const folderOf = ({ config, home, join, platform }: Places): string =>
  join(platform === "win32" ? join(home, ".config") : config, "kilo");

export const kiloCode: Recipe = {
  id: "kilo-code",
  title: "Kilo Code",
  speaks: "OpenAI Chat Completions",
  support: "written",
  commands: ["kilo"],
  extensions: ["kilocode.kilo-code"],
  traces: (places) => [folderOf(places)],
  needsModel: true,
  candidates: (places) => [["kilo.jsonc", "kilo.json"].map((name) => places.join(folderOf(places), name))],
  files: (target, _places, [path = ""]) => [{ path, format: "json", edits: openCodeEdits(target) }],
  afterwards: ["Reload the editor's window, or start the program anew."],
  strongVariables: [],
  projectFiles: ({ cwd, join }) =>
    ["kilo.jsonc", "kilo.json"].map((name) => ({ path: join(cwd, name), format: "json", keys: [["model"]] })),
};
