import type { Places, Recipe } from "../types.ts";
import { openCodeEdits } from "./opencode-like.ts";

const folderOf = ({ config, home, join, platform }: Places): string =>
  join(platform === "win32" ? join(home, ".config") : config, "opencode");

export const openCode: Recipe = {
  id: "opencode",
  title: "OpenCode",
  speaks: "OpenAI Chat Completions",
  support: "written",
  commands: ["opencode"],
  traces: (places) => [folderOf(places)],
  needsModel: true,
  candidates: (places) => [
    ["opencode.jsonc", "opencode.json", "config.json"].map((name) => places.join(folderOf(places), name)),
  ],
  files: (target, _places, [path = ""]) => [
    {
      path,
      format: "json",
      skeleton: [{ path: ["$schema"], value: "https://opencode.ai/config.json" }],
      edits: openCodeEdits(target),
    },
  ],
  afterwards: ["Start it anew."],
  strongVariables: ["OPENCODE_CONFIG", "OPENCODE_CONFIG_CONTENT"],
  projectFiles: ({ cwd, join }) =>
    ["opencode.jsonc", "opencode.json"].map((name) => ({ path: join(cwd, name), format: "json", keys: [["model"]] })),
  policies: ({ platform, env, join }) => {
    const folder = {
      linux: "/etc/opencode",
      darwin: "/Library/Application Support/opencode",
      win32: join(env["ProgramData"] ?? "C:\\ProgramData", "opencode"),
    }[platform];
    const keys = [["model"], ["enabled_providers"]];
    return ["opencode.jsonc", "opencode.json"].map((name) => ({ path: join(folder, name), format: "json", keys }));
  },
};
