import type { Recipe } from "../types.ts";
import { listModels, TITLE } from "./offered.ts";

export const copilotVsCode: Recipe = {
  id: "copilot-vscode",
  title: "GitHub Copilot in VS Code",
  speaks: "OpenAI Chat Completions",
  support: "written",
  commands: [],
  extensions: ["github.copilot-chat", "github.copilot"],
  traces: () => [],
  needsModel: true,
  files: (target, { vsCodeUser, join }) => [
    {
      path: join(vsCodeUser, "chatLanguageModels.json"),
      format: "json",
      edits: [
        {
          path: [{ field: "name", is: TITLE }],
          value: {
            name: TITLE,
            vendor: "customendpoint",
            apiKey: target.token,
            models: listModels(target).map(({ id, context, output }) => ({
              id,
              name: id,
              url: `${target.baseUrl}/v1/chat/completions`,
              apiType: "chat-completions",
              toolCalling: true,
              vision: true,
              maxInputTokens: context,
              maxOutputTokens: output,
              streaming: true,
            })),
          },
          isSecret: true,
        },
      ],
    },
  ],
  afterwards: [
    "Reload the editor's window, and choose the model in Copilot's list.",
    "Completions while you type never go this way, and organisations can forbid models of one's own.",
  ],
  strongVariables: [],
};
