import type { Places, Recipe } from "../types.ts";
import { KEY_VARIABLE, listModels, modelOf } from "./offered.ts";

const folderOf = ({ home, join }: Places): string => join(home, ".qwen");

export const qwenCode: Recipe = {
  id: "qwen-code",
  title: "Qwen Code",
  speaks: "OpenAI Chat Completions",
  support: "written",
  commands: ["qwen"],
  traces: (places) => [folderOf(places)],
  needsModel: true,
  files: (target, places) => [
    {
      path: places.join(folderOf(places), "settings.json"),
      format: "json",
      edits: [
        { path: ["env", KEY_VARIABLE], value: target.token, isSecret: true },
        // From the last to the first, each before all others: of two with one id it takes the first.
        ...listModels(target)
          .toReversed()
          .map(({ id, context }) => {
            const name = `${id} (Tokligence)`;
            return {
              path: ["modelProviders", "openai", { field: "name", is: name }],
              value: {
                id,
                name,
                envKey: KEY_VARIABLE,
                baseUrl: `${target.baseUrl}/v1`,
                generationConfig: { contextWindowSize: context },
              },
              first: true,
            };
          }),
        { path: ["security", "auth", "selectedType"], value: "openai" },
        { path: ["model", "name"], value: modelOf(target) },
      ],
    },
  ],
  variables: (target) => ({
    OPENAI_BASE_URL: `${target.baseUrl}/v1`,
    OPENAI_API_KEY: target.token,
    OPENAI_MODEL: modelOf(target),
  }),
  afterwards: ["Start it anew."],
  strongVariables: [KEY_VARIABLE],
  projectFiles: ({ cwd, home, join }) =>
    cwd === home
      ? []
      : [
          {
            path: join(cwd, ".qwen", "settings.json"),
            format: "json",
            keys: [
              ["security", "auth", "selectedType"],
              ["model", "name"],
              ["modelProviders", "openai"],
            ],
          },
        ],
};
