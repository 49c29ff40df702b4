import type { KeyPath, Places, Recipe } from "../types.ts";

const folderOf = ({ env, home, join }: Places): string => env["CLAUDE_CONFIG_DIR"] ?? join(home, ".claude");

/** Other roads to a model, which are stronger than a base URL. */
const OTHER_CLOUDS = ["CLAUDE_CODE_USE_BEDROCK", "CLAUDE_CODE_USE_VERTEX", "CLAUDE_CODE_USE_FOUNDRY"];
const STRONG = ["ANTHROPIC_BASE_URL", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_API_KEY", ...OTHER_CLOUDS];
const inEnv = (names: string[]): KeyPath[] => names.map((name) => ["env", name]);

export const claudeCode: Recipe = {
  id: "claude-code",
  title: "Claude Code",
  speaks: "Anthropic Messages",
  support: "written",
  commands: ["claude"],
  extensions: ["anthropic.claude-code"],
  traces: (places) => [folderOf(places)],
  needsModel: false,
  files: ({ baseUrl, token, model }, places) => [
    {
      path: places.join(folderOf(places), "settings.json"),
      format: "json",
      edits: [
        { path: ["env", "ANTHROPIC_BASE_URL"], value: baseUrl },
        { path: ["env", "ANTHROPIC_AUTH_TOKEN"], value: token, isSecret: true },
        ...(model === null ? [] : [{ path: ["env", "ANTHROPIC_MODEL"], value: model }]),
        // With two credentials it warns at each start.
        { path: ["env", "ANTHROPIC_API_KEY"], isSecret: true },
        ...inEnv(OTHER_CLOUDS).map((path) => ({ path })),
      ],
    },
  ],
  variables: ({ baseUrl, token, model }) => ({
    ANTHROPIC_BASE_URL: baseUrl,
    ANTHROPIC_AUTH_TOKEN: token,
    ...(model === null ? {} : { ANTHROPIC_MODEL: model }),
  }),
  afterwards: [
    "Start a new session: one that runs keeps its address.",
    "Remote Control and the connectors of claude.ai are off while another address is set.",
  ],
  strongVariables: STRONG,
  projectFiles: ({ cwd, join }) =>
    ["settings.json", "settings.local.json"].map((name) => ({
      path: join(cwd, ".claude", name),
      format: "json",
      keys: inEnv(STRONG),
    })),
  policies: ({ platform, join }) => {
    const folder = {
      linux: "/etc/claude-code",
      darwin: "/Library/Application Support/ClaudeCode",
      win32: "C:\\Program Files\\ClaudeCode",
    }[platform];
    const keys: KeyPath[] = [...inEnv(STRONG), ["apiKeyHelper"], ["forceLoginMethod"]];
    return [{ path: join(folder, "managed-settings.json"), format: "json", keys }];
  },
};
