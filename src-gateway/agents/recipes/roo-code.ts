import type { Recipe } from "../types.ts";
import { modelOf } from "./offered.ts";

const PROFILE = "tokligence";

export const rooCode: Recipe = {
  id: "roo-code",
  title: "Roo Code",
  speaks: "OpenAI Chat Completions",
  support: "written",
  commands: [],
  extensions: ["rooveterinaryinc.roo-cline"],
  traces: () => [],
  needsModel: true,
  files: (target, { vsCodeUser, dataDir, join }) => {
    const ours = join(dataDir, "agents", "files", "roo-code.json");
    const profile = {
      apiProvider: "openai",
      openAiBaseUrl: `${target.baseUrl}/v1`,
      openAiApiKey: target.token,
      openAiModelId: modelOf(target),
    };
    return [
      {
        path: ours,
        format: "json",
        edits: [
          {
            path: ["providerProfiles"],
            value: { currentApiConfigName: PROFILE, apiConfigs: { [PROFILE]: profile } },
            isSecret: true,
          },
          { path: ["globalSettings"], value: {} },
        ],
      },
      {
        path: join(vsCodeUser, "settings.json"),
        format: "json",
        edits: [{ path: ["roo-cline.autoImportSettingsPath"], value: ours }],
      },
    ];
  },
  afterwards: [
    "Reload the editor's window.",
    "Roo Code reads the profile anew at every start, so what you change in its window lasts until then.",
  ],
  strongVariables: [],
  projectFiles: ({ cwd, join }) => [
    { path: join(cwd, ".vscode", "settings.json"), format: "json", keys: [["roo-cline.autoImportSettingsPath"]] },
  ],
};
