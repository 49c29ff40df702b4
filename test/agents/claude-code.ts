import { join } from "node:path";
import type { Agent } from "./agent.ts";

export const claudeCode: Agent = {
  name: "claude-code",
  title: "Claude Code",
  packageName: "@anthropic-ai/claude-code",
  version: "2.1.329",
  bin: "claude",
  surface: "messages",
  prepare: ({ gatewayUrl, key, model, prompt }) => ({
    args: ["-p", prompt, "--permission-mode", "bypassPermissions"],
    env: {
      // It takes no orders from root otherwise.
      IS_SANDBOX: "1",
      ANTHROPIC_BASE_URL: gatewayUrl,
      ANTHROPIC_AUTH_TOKEN: key,
      ANTHROPIC_MODEL: model,
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
      DISABLE_TELEMETRY: "1",
      DISABLE_AUTOUPDATER: "1",
      DISABLE_ERROR_REPORTING: "1",
    },
  }),
  tools: {
    write: ({ folder }, file, text) => ({
      name: "Write",
      arguments: { file_path: join(folder, file), content: text },
    }),
    read: ({ folder }, file) => ({ name: "Read", arguments: { file_path: join(folder, file) } }),
    shell: (command) => ({ name: "Bash", arguments: { command, description: "run a command" } }),
  },
};
