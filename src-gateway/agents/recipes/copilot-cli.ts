import type { Recipe, Target } from "../types.ts";
import { modelOf } from "./offered.ts";

const variables = (target: Target): Record<string, string> => ({
  COPILOT_PROVIDER_BASE_URL: `${target.baseUrl}/v1`,
  COPILOT_PROVIDER_API_KEY: target.token,
  COPILOT_PROVIDER_WIRE_API: "responses",
  COPILOT_MODEL: modelOf(target),
});

export const copilotCli: Recipe = {
  id: "copilot-cli",
  title: "GitHub Copilot CLI",
  speaks: "OpenAI Responses",
  support: "launcher",
  commands: ["copilot"],
  traces: ({ home, join }) => [join(home, ".copilot")],
  needsModel: true,
  files: () => [],
  variables,
  afterwards: ["Start it from the shell that has these variables: it reads its provider from nowhere else."],
  strongVariables: [],
};
