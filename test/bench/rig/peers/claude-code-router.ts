import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../../../support/nginx.ts";
import { startProgram } from "../processes.ts";
import { type Place, PROVIDER_SECRET, type System } from "../systems.ts";

/** Without a key of its own, as it comes. */
export async function startClaudeCodeRouter(folder: string, { providerPort, folder: places }: Place): Promise<System> {
  const port = await freePort();
  const home = mkdtempSync(join(places, "router-"));
  const models = ["plain", "burst"].map((mode) => `chat-mock-${mode}`);
  const provider = {
    name: "mock",
    api_base_url: `http://127.0.0.1:${providerPort}/v1/chat/completions`,
    api_key: PROVIDER_SECRET,
    models,
  };
  const config = {
    PORT: port,
    HOST: "127.0.0.1",
    LOG: false,
    Providers: [provider],
    Router: { default: `mock,${models[0]}` },
  };
  mkdirSync(join(home, ".claude-code-router"));
  writeFileSync(join(home, ".claude-code-router", "config.json"), JSON.stringify(config));
  const script = join(folder, "node_modules/@musistudio/claude-code-router/dist/cli.js");
  const env = { HOME: home, SERVICE_PORT: String(port) };
  const options = { ready: /listening|loaded/i, cwd: home, env };
  const { pid, stop } = await startProgram(process.execPath, [script, "start"], options);
  return {
    name: "claude-code-router",
    port,
    pid,
    modelPrefix: "mock,",
    headers: () => ({ "x-api-key": "none" }),
    stop,
  };
}
