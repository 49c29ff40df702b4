import type { Places, Recipe } from "../types.ts";
import { below, PROVIDER, TITLE } from "./offered.ts";

const folderOf = ({ env, home, join }: Places): string => env["CODEX_HOME"] ?? join(home, ".codex");

export const codex: Recipe = {
  id: "codex",
  title: "Codex",
  speaks: "OpenAI Responses",
  support: "written",
  commands: ["codex"],
  extensions: ["openai.chatgpt"],
  traces: (places) => [folderOf(places)],
  needsModel: false,
  files: ({ baseUrl, token, model }, places) => [
    {
      path: places.join(folderOf(places), "config.toml"),
      format: "toml",
      edits: [
        { path: ["model_provider"], value: PROVIDER },
        ...(model === null ? [] : [{ path: ["model"], value: model }]),
        ...below(
          ["model_providers", PROVIDER],
          {
            name: TITLE,
            base_url: `${baseUrl}/v1`,
            wire_api: "responses",
            requires_openai_auth: false,
            supports_websockets: false,
            // Empty variables are not sent.
            env_http_headers: {
              "x-tokligence-project": "TOKLIGENCE_PROJECT",
              "x-tokligence-git-branch": "TOKLIGENCE_GIT_BRANCH",
            },
          },
          { holdsHistory: true },
        ),
        { path: ["model_providers", PROVIDER, "experimental_bearer_token"], value: token, isSecret: true },
      ],
    },
  ],
  afterwards: [
    "Start Codex anew, in editors too.",
    "Sessions of other providers are listed again after `gateway disconnect codex`.",
  ],
  strongVariables: [],
  projectFiles: ({ cwd, join }) => [
    { path: join(cwd, ".codex", "config.toml"), format: "toml", keys: [["model_provider"], ["profile"]] },
  ],
  policies: (places) => {
    const keys = [["model_provider"], ["model_providers", PROVIDER]];
    const own = { path: places.join(folderOf(places), "managed_config.toml"), format: "toml" as const, keys };
    return places.platform === "win32" ? [own] : [own, { ...own, path: "/etc/codex/managed_config.toml" }];
  },
};
