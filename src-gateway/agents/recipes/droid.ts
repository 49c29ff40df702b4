import { isObject, type Json, valueAt } from "../json.ts";
import type { Recipe } from "../types.ts";
import { listModels, modelOf } from "./offered.ts";

const idOf = (model: string): string => `custom:tokligence-${model}`;

/** Numbers of other entries must stay theirs: sessions name models by them. */
function freeIndex(whole: Json, id: string): number {
  const list = valueAt(whole, ["customModels"]);
  const entries = Array.isArray(list) ? list.filter(isObject) : [];
  const own = entries.find((entry) => entry["id"] === id)?.["index"];
  if (typeof own === "number") return own;
  const used = entries.map(({ index }, n) => (typeof index === "number" ? index : n));
  return Math.max(-1, ...used) + 1;
}

export const droid: Recipe = {
  id: "droid",
  title: "Factory Droid",
  speaks: "OpenAI Chat Completions",
  support: "written",
  commands: ["droid"],
  traces: ({ home, join }) => [join(home, ".factory")],
  needsModel: true,
  files: (target, { home, join }) => [
    {
      path: join(home, ".factory", "settings.json"),
      format: "json",
      edits: [
        ...listModels(target).map(({ id, output }, n) => ({
          path: ["customModels", { field: "id", is: idOf(id) }],
          valueFrom: (whole: Json) => ({
            id: idOf(id),
            index: freeIndex(whole, idOf(id)) + n,
            model: id,
            displayName: `${id} (Tokligence)`,
            baseUrl: `${target.baseUrl}/v1`,
            apiKey: target.token,
            provider: "generic-chat-completion-api",
            maxOutputTokens: output,
            supportsImages: true,
          }),
          isSecret: true,
        })),
        { path: ["sessionDefaultSettings", "model"], value: idOf(modelOf(target)) },
      ],
    },
  ],
  afterwards: ["Start it anew."],
  strongVariables: [],
  projectFiles: ({ cwd, home, join }) =>
    cwd === home
      ? []
      : [{ path: join(cwd, ".factory", "settings.json"), format: "json", keys: [["sessionDefaultSettings", "model"]] }],
};
