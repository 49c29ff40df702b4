/** Agents that are connected by their files: what stands in them before, and how a run without a terminal is started. */
import type { Agent } from "./agent.ts";
import { claudeCode } from "./claude-code.ts";
import { codex } from "./codex.ts";
import { geminiCli } from "./gemini-cli.ts";
import { piOnChat } from "./pi.ts";

export interface Connectable {
  /** As `gateway connect` names it. */
  id: string;
  agent: Agent;
  /** The one that is chosen, and others that the agent asks for by itself. */
  models: string[];
  /** In the home folder; settings of a person. */
  before: Record<string, string>;
  args: string[];
  env: Record<string, string>;
  /** It tells which session a request is of. */
  hasSession: boolean;
}

const PROMPT = "Say that the settings are right.";

const other = (name: string, packageName: string, version: string, bin: string): Agent => ({
  ...piOnChat,
  name,
  title: name,
  packageName,
  version,
  bin,
});

export const CONNECTABLE: Connectable[] = [
  {
    id: "claude-code",
    agent: claudeCode,
    models: ["claude-sonnet-4-5", "claude-haiku-4-5"],
    before: { ".claude/settings.json": '{\n\t"includeCoAuthoredBy": false,\n\t"env": {"MINE": "1"}\n}' },
    args: ["-p", PROMPT],
    env: {
      IS_SANDBOX: "1",
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
      DISABLE_TELEMETRY: "1",
      DISABLE_AUTOUPDATER: "1",
      DISABLE_ERROR_REPORTING: "1",
    },
    hasSession: true,
  },
  {
    id: "codex",
    agent: codex,
    models: ["house-model"],
    before: {
      ".codex/config.toml":
        '# mine\napproval_policy = "never" # always\nsandbox_mode = "danger-full-access"\ncheck_for_update_on_startup = false\n\n[analytics]\nenabled = false\n',
    },
    args: ["exec", "--skip-git-repo-check", PROMPT],
    env: {},
    hasSession: true,
  },
  {
    id: "gemini-cli",
    agent: geminiCli,
    models: ["gemini-2.5-pro", "gemini-2.5-flash"],
    before: {
      ".gemini/settings.json":
        '{\r\n  // mine\r\n  "privacy": { "usageStatisticsEnabled": false },\r\n  "general": { "enableAutoUpdate": false }\r\n}\r\n',
      ".gemini/.env": "# mine\nEDITOR=vi",
    },
    args: ["--yolo", "-p", PROMPT],
    env: { GEMINI_CLI_TRUST_WORKSPACE: "true" },
    hasSession: false,
  },
  {
    id: "pi",
    agent: piOnChat,
    models: ["house-model"],
    before: { ".pi/agent/models.json": '{"providers": {}}' },
    args: ["-p", PROMPT],
    env: { PI_OFFLINE: "1" },
    hasSession: false,
  },
  {
    id: "opencode",
    agent: other("opencode", "opencode-ai", "1.18.33", "opencode"),
    models: ["house-model"],
    before: {
      ".config/opencode/opencode.json":
        '{\n  "$schema": "https://opencode.ai/config.json", // mine\n  "autoupdate": false,\n}\n',
    },
    args: ["run", PROMPT],
    env: { OPENCODE_DISABLE_AUTOUPDATE: "1", OPENCODE_DISABLE_MODELS_FETCH: "1", OPENCODE_DISABLE_LSP_DOWNLOAD: "1" },
    hasSession: true,
  },
  {
    id: "qwen-code",
    agent: other("qwen-code", "@qwen-code/qwen-code", "0.24.4", "qwen"),
    models: ["house-model"],
    before: {
      ".qwen/settings.json":
        '{\n  "privacy": {"usageStatisticsEnabled": false},\n  "general": {"enableAutoUpdate": false}\n}\n',
    },
    args: ["--yolo", "-p", PROMPT],
    env: {},
    hasSession: false,
  },
];
