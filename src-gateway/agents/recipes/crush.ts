import type { Places, Recipe, Target } from "../types.ts";
import { listModels, PROVIDER, TITLE } from "./offered.ts";

const folderOf = ({ config, home, join, platform }: Places): string =>
  join(platform === "win32" ? join(home, ".config") : config, "crush");

/** The file is run as a script: nothing of a name may be read as one. */
const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

const lines = (target: Target): string[] => [
  `provider add ${PROVIDER} --name ${quote(TITLE)} --type openai-compat --base-url ${quote(`${target.baseUrl}/v1`)} ` +
    `--api-key ${quote(target.token)} --discover-models true`,
  ...listModels(target).map(
    ({ id, context, output }) =>
      `model add ${quote(`${PROVIDER}/${id}`)} --name ${quote(id)} --context-window ${context} --default-max-tokens ${output}`,
  ),
];

export const crush: Recipe = {
  id: "crush",
  title: "Crush",
  speaks: "OpenAI Chat Completions",
  support: "written",
  commands: ["crush"],
  traces: (places) => [folderOf(places)],
  needsModel: false,
  files: (target, places) => [
    {
      path: places.join(folderOf(places), "crushrc"),
      format: "block",
      edits: [{ path: ["block"], value: lines(target).join("\n"), isSecret: true }],
    },
  ],
  afterwards: ["Start it anew, and choose a model of the gateway in its list."],
  strongVariables: [],
};
