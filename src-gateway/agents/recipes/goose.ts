import type { Places, Recipe } from "../types.ts";
import { below, KEY_VARIABLE, listModels, modelOf, PROVIDER, TITLE } from "./offered.ts";

const folderOf = ({ platform, config, appData, home, join }: Places): string =>
  ({
    linux: join(config, "goose"),
    darwin: join(home, ".config", "goose"),
    win32: join(appData, "Block", "goose", "config"),
  })[platform];

export const goose: Recipe = {
  id: "goose",
  title: "Goose",
  speaks: "OpenAI Chat Completions",
  support: "written",
  commands: ["goose"],
  traces: (places) => [folderOf(places)],
  needsModel: true,
  keyByHand: true,
  files: (target, places) => [
    {
      path: places.join(folderOf(places), "custom_providers", `${PROVIDER}.json`),
      format: "json",
      edits: below([], {
        name: PROVIDER,
        engine: "openai",
        display_name: TITLE,
        api_key_env: KEY_VARIABLE,
        base_url: `${target.baseUrl}/v1/chat/completions`,
        models: listModels(target).map(({ id, context }) => ({ name: id, context_limit: context })),
        supports_streaming: true,
        requires_auth: true,
      }),
    },
    {
      path: places.join(folderOf(places), "config.yaml"),
      format: "yaml",
      edits: below([], { GOOSE_PROVIDER: PROVIDER, GOOSE_MODEL: modelOf(target) }),
    },
  ],
  variables: ({ token }) => ({ [KEY_VARIABLE]: token }),
  afterwards: [
    `Give Goose the key: by \`goose configure\`, which keeps it in the keychain, or as ${KEY_VARIABLE} in its environment.`,
  ],
  strongVariables: ["GOOSE_PROVIDER", "GOOSE_MODEL"],
};
