import type { KeyPath, Recipe } from "../types.ts";
import { below, modelOf } from "./offered.ts";

const FILE = ".aider.conf.yml";
const STRONG: KeyPath[] = [["openai-api-base"], ["openai-api-key"], ["model"]];

export const aider: Recipe = {
  id: "aider",
  title: "Aider",
  speaks: "OpenAI Chat Completions",
  support: "written",
  commands: ["aider"],
  traces: ({ home, join }) => [join(home, FILE)],
  needsModel: true,
  files: (target, { home, join }) => [
    {
      path: join(home, FILE),
      format: "yaml",
      edits: [
        ...below([], { "openai-api-base": `${target.baseUrl}/v1`, model: `openai/${modelOf(target)}` }),
        { path: ["openai-api-key"], value: target.token, isSecret: true },
      ],
    },
  ],
  variables: (target) => ({
    OPENAI_API_BASE: `${target.baseUrl}/v1`,
    OPENAI_API_KEY: target.token,
    AIDER_MODEL: `openai/${modelOf(target)}`,
  }),
  afterwards: ["Start it anew.", "It warns that it knows no price of the model; the gateway counts."],
  strongVariables: ["AIDER_OPENAI_API_BASE", "AIDER_OPENAI_API_KEY", "AIDER_MODEL", "OPENAI_API_BASE"],
  // In the home folder it is the file that we write.
  projectFiles: ({ cwd, home, join }) =>
    cwd === home ? [] : [{ path: join(cwd, FILE), format: "yaml", keys: STRONG }],
};
