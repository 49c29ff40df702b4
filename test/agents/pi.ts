import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Surface } from "../../src-gateway/ir/protocol.ts";
import type { Agent } from "./agent.ts";

/** pi speaks any wire; `api` is its word for one. */
const pi = (wire: string, surface: Surface, api: string, path: string): Agent => ({
  name: "pi",
  title: `pi (${wire})`,
  packageName: "@earendil-works/pi-coding-agent",
  version: "0.87.1",
  bin: "pi",
  surface,
  prepare({ gatewayUrl, key, model, folder, prompt }) {
    const home = join(folder, ".pi", "agent");
    mkdirSync(home, { recursive: true });
    const known = { id: model, reasoning: true, contextWindow: 200_000, maxTokens: 32_000 };
    const providers = { gateway: { baseUrl: gatewayUrl + path, api, apiKey: key, models: [known] } };
    writeFileSync(join(home, "models.json"), JSON.stringify({ providers }));
    return { args: ["-p", "--provider", "gateway", "--model", model, prompt], env: { PI_OFFLINE: "1" } };
  },
  tools: {
    write: (_task, file, text) => ({ name: "write", arguments: { path: file, content: text } }),
    read: (_task, file) => ({ name: "read", arguments: { path: file } }),
    shell: (command) => ({ name: "bash", arguments: { command } }),
  },
});

export const piOnChat: Agent = pi("Chat", "chat", "openai-completions", "/v1");
export const piOnMessages: Agent = pi("Messages", "messages", "anthropic-messages", "");
