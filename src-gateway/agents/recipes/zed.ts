import type { Places, Recipe } from "../types.ts";
import { below, KEY_VARIABLE, listModels, modelOf, PROVIDER } from "./offered.ts";

const folderOf = ({ platform, config, appData, home, join }: Places): string =>
  ({ linux: join(config, "zed"), darwin: join(home, ".config", "zed"), win32: join(appData, "Zed") })[platform];

export const zed: Recipe = {
  id: "zed",
  title: "Zed",
  speaks: "OpenAI Chat Completions",
  support: "written",
  commands: ["zed", "zeditor"],
  traces: (places) => [folderOf(places)],
  needsModel: true,
  keyByHand: true,
  files: (target, places) => [
    {
      path: places.join(folderOf(places), "settings.json"),
      format: "json",
      edits: [
        ...below(["language_models", "openai_compatible", PROVIDER], {
          api_url: `${target.baseUrl}/v1`,
          available_models: listModels(target).map(({ id, context, output }) => ({
            name: id,
            display_name: id,
            max_tokens: context,
            max_output_tokens: output,
            capabilities: {
              tools: true,
              images: true,
              parallel_tool_calls: true,
              prompt_cache_key: false,
              chat_completions: true,
            },
          })),
        }),
        { path: ["agent", "default_model"], value: { provider: PROVIDER, model: modelOf(target) } },
      ],
    },
  ],
  variables: ({ token }) => ({ [KEY_VARIABLE]: token }),
  afterwards: [
    `Give Zed the key: in the settings of its agent panel, under "${PROVIDER}", or as ${KEY_VARIABLE} in its environment.`,
    "Agents that run inside Zed (Claude Code, Codex, Gemini CLI) have settings of their own: connect them by themselves.",
  ],
  strongVariables: [],
  projectFiles: ({ cwd, join }) => [
    { path: join(cwd, ".zed", "settings.json"), format: "json", keys: [["agent", "default_model"]] },
  ],
};
