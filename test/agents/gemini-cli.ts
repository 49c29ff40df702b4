import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Agent } from "./agent.ts";

export const geminiCli: Agent = {
  name: "gemini-cli",
  title: "Gemini CLI",
  packageName: "@google/gemini-cli",
  version: "0.61.0",
  bin: "gemini",
  surface: "gemini",
  prepare({ gatewayUrl, key, model, folder, prompt }) {
    const home = join(folder, ".gemini");
    mkdirSync(home, { recursive: true });
    const settings = {
      security: { auth: { selectedType: "gemini-api-key" } },
      privacy: { usageStatisticsEnabled: false },
      general: { enableAutoUpdate: false },
    };
    writeFileSync(join(home, "settings.json"), JSON.stringify(settings));
    return {
      args: ["-m", model, "--yolo", "-p", prompt],
      env: { GOOGLE_GEMINI_BASE_URL: gatewayUrl, GEMINI_API_KEY: key, GEMINI_CLI_TRUST_WORKSPACE: "true" },
    };
  },
  tools: {
    write: ({ folder }, file, text) => ({
      name: "write_file",
      arguments: { file_path: join(folder, file), content: text },
    }),
    read: ({ folder }, file) => ({ name: "read_file", arguments: { file_path: join(folder, file) } }),
    shell: (command) => ({ name: "run_shell_command", arguments: { command, description: "run a command" } }),
  },
};
