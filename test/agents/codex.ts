import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ToolCall } from "../fakes/scripted-provider/types.ts";
import type { Agent, AgentTools } from "./agent.ts";

const execCommand = (command: string): ToolCall => ({ name: "exec_command", arguments: { cmd: command } });

const program = (command: string): ToolCall => ({
  name: "functions__exec",
  arguments: { input: `const ran = await tools.exec_command({ cmd: ${JSON.stringify(command)} });\ntext(ran);` },
});

export const codex: Agent = {
  name: "codex",
  title: "Codex",
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
  tools: {
    write: (_task, file, text) => execCommand(`printf '%s' '${text}' > ${file}`),
    read: (_task, file) => execCommand(`cat ${file}`),
    shell: execCommand,
  },
};

/** Models that OpenAI trained for it write files with a tool that takes a patch as free text. */
export const patchTools: AgentTools = {
  ...codex.tools,
  write: (_task, file, text) => ({
    name: "apply_patch",
    arguments: { input: `*** Begin Patch\n*** Add File: ${file}\n+${text}\n*** End Patch\n` },
  }),
};

/** The newest models have one tool that takes a program, and it comes as an item of the conversation. */
export const programTools: AgentTools = {
  write: (_task, file, text) => program(`printf '%s' '${text}' > ${file}`),
  read: (_task, file) => program(`cat ${file}`),
  shell: program,
};
