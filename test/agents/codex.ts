import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Agent } from "./agent.ts";

export const codex: Agent = {
  name: "codex",
  packageName: "@openai/codex",
  version: "0.169.0",
  bin: "codex",
  surface: "responses",
  prepare({ gatewayUrl, key, model, folder, prompt }) {
    const home = join(folder, ".codex");
    mkdirSync(home, { recursive: true });
    const lines = [
      `model = "${model}"`,
      `model_provider = "gateway"`,
      `approval_policy = "never"`,
      `sandbox_mode = "danger-full-access"`,
      `check_for_update_on_startup = false`,
      `[analytics]`,
      `enabled = false`,
      `[model_providers.gateway]`,
      `name = "Gateway"`,
      `base_url = "${gatewayUrl}/v1"`,
      `env_key = "GATEWAY_KEY"`,
      `wire_api = "responses"`,
    ];
    writeFileSync(join(home, "config.toml"), `${lines.join("\n")}\n`);
    return {
      args: ["exec", "--skip-git-repo-check", "--json", prompt],
      env: { CODEX_HOME: home, GATEWAY_KEY: key },
    };
  },
  write: (_task, file, text) => codex.shell(`printf '%s' '${text}' > ${file}`),
  read: (_task, file) => codex.shell(`cat ${file}`),
  shell: (command) => ({ name: "exec_command", arguments: { cmd: command } }),
};
