import { isObject } from "../json.ts";
import type { Places, Recipe } from "../types.ts";
import { below, modelOf } from "./offered.ts";

const folderOf = ({ env, home, join }: Places): string => env["CLINE_DATA_DIR"] ?? join(home, ".cline", "data");
const NAME = "openai-compatible";
const KNOWN_VERSION = 1;

export const cline: Recipe = {
  id: "cline",
  title: "Cline",
  speaks: "OpenAI Chat Completions",
  support: "written",
  commands: ["cline"],
  extensions: ["saoudrizwan.claude-dev"],
  traces: ({ home, join }) => [join(home, ".cline")],
  needsModel: true,
  files: (target, places) => [
    {
      path: places.join(folderOf(places), "settings", "providers.json"),
      format: "json",
      skeleton: [
        { path: ["version"], value: KNOWN_VERSION },
        { path: ["modes"], value: {} },
      ],
      // It takes a file that it does not understand for an empty one, and all sign-ins with it.
      refuseIf: (value) =>
        isObject(value) && (value["version"] ?? KNOWN_VERSION) === KNOWN_VERSION
          ? null
          : "it has a form that is not known here",
      edits: [
        ...below(["providers", NAME, "settings"], {
          provider: NAME,
          model: modelOf(target),
          baseUrl: `${target.baseUrl}/v1`,
        }),
        { path: ["providers", NAME, "settings", "apiKey"], value: target.token, isSecret: true },
        { path: ["providers", NAME, "updatedAt"], value: "2026-01-01T00:00:00.000Z", isLoose: true },
        { path: ["providers", NAME, "tokenSource"], value: "manual" },
        { path: ["lastUsedProvider"], value: NAME, isLoose: true },
      ],
    },
  ],
  afterwards: ["Reload the editor's window, or start the program anew."],
  strongVariables: [],
};
