import type { Places, Recipe } from "../types.ts";
import { below, listModels, modelOf, PROVIDER } from "./offered.ts";

const folderOf = ({ env, home, join }: Places): string => env["KIMI_SHARE_DIR"] ?? join(home, ".kimi");

export const kimiCli: Recipe = {
  id: "kimi-cli",
  title: "Kimi CLI",
  speaks: "OpenAI Chat Completions",
  support: "written",
  commands: ["kimi"],
  traces: (places) => [folderOf(places)],
  needsModel: true,
  files: (target, places) => {
    const name = `${PROVIDER}/${modelOf(target)}`;
    const context = listModels(target)[0]?.context ?? 0;
    return [
      {
        path: places.join(folderOf(places), "config.toml"),
        format: "toml",
        edits: [
          { path: ["default_model"], value: name },
          ...below(["providers", PROVIDER], { type: "openai_legacy", base_url: `${target.baseUrl}/v1` }),
          { path: ["providers", PROVIDER, "api_key"], value: target.token, isSecret: true },
          ...below(["models", name], { provider: PROVIDER, model: modelOf(target), max_context_size: context }),
        ],
      },
    ];
  },
  afterwards: ["Start it anew."],
  strongVariables: ["KIMI_BASE_URL", "KIMI_API_KEY", "KIMI_MODEL_NAME"],
};
