import type { Places, Recipe } from "../types.ts";
import { modelOf, TITLE } from "./offered.ts";

const folderOf = ({ env, home, join }: Places): string => env["CONTINUE_GLOBAL_DIR"] ?? join(home, ".continue");

export const continueAgent: Recipe = {
  id: "continue",
  title: "Continue",
  speaks: "OpenAI Chat Completions",
  support: "written",
  commands: ["cn"],
  extensions: ["continue.continue"],
  traces: (places) => [folderOf(places)],
  needsModel: true,
  files: (target, places) => [
    {
      path: places.join(folderOf(places), "config.yaml"),
      format: "yaml",
      skeleton: [
        { path: ["name"], value: "Local" },
        { path: ["version"], value: "1.0.0" },
        { path: ["schema"], value: "v1" },
      ],
      edits: [
        {
          path: ["models", { field: "name", is: TITLE }],
          value: {
            name: TITLE,
            provider: "openai",
            model: modelOf(target),
            apiBase: `${target.baseUrl}/v1`,
            apiKey: target.token,
            roles: ["chat", "edit", "apply"],
            capabilities: ["tool_use"],
            // It would choose by the model's name otherwise.
            useResponsesApi: false,
          },
          isSecret: true,
        },
      ],
    },
  ],
  afterwards: [`Choose "${TITLE}" in its list of models.`],
  strongVariables: [],
};
