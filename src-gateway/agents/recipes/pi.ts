import type { Places, Recipe } from "../types.ts";
import { below, listModels, modelOf, PROVIDER } from "./offered.ts";

const folderOf = ({ env, home, join }: Places): string => env["PI_CODING_AGENT_DIR"] ?? join(home, ".pi", "agent");

export const pi: Recipe = {
  id: "pi",
  title: "Pi",
  speaks: "OpenAI Chat Completions",
  support: "written",
  commands: ["pi"],
  traces: (places) => [folderOf(places)],
  needsModel: true,
  files: (target, places) => [
    {
      path: places.join(folderOf(places), "models.json"),
      format: "json",
      edits: [
        ...below(["providers", PROVIDER], { baseUrl: `${target.baseUrl}/v1`, api: "openai-completions" }),
        { path: ["providers", PROVIDER, "apiKey"], value: target.token, isSecret: true },
        {
          path: ["providers", PROVIDER, "models"],
          value: listModels(target).map(({ id, context, output }) => ({
            id,
            contextWindow: context,
            maxTokens: output,
          })),
        },
      ],
    },
    {
      path: places.join(folderOf(places), "settings.json"),
      format: "json",
      edits: below([], { defaultProvider: PROVIDER, defaultModel: modelOf(target) }, { isLoose: true }),
    },
  ],
  afterwards: ["In a session that runs, /model lists the new models."],
  strongVariables: [],
};
