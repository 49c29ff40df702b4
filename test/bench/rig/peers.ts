/**
 * Other people's gateways, from npm, in a folder for caches outside of the project. They are started as their own
 * documentation says, and asked nothing but what the mock provider answers.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../support/nginx.ts";
import { startProgram } from "./processes.ts";
import { type Place, PROVIDER_SECRET, type System } from "./systems.ts";

const INSTALL_LIMIT_MS = 180_000;

const PACKAGES = {
  // With the versions of its own lock file: with those that npm finds today each of its streams fails.
  portkey: ["@portkey-ai/gateway@1.15.2", "hono@4.9.7", "@hono/node-server@1.13.5"],
  "claude-code-router": ["@musistudio/claude-code-router@2.0.0"],
} as const;

export function installPeer(name: keyof typeof PACKAGES): { folder: string } | { skipped: string } {
  const cache = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
  const folder = join(cache, "tokligence-bench", name);
  if (existsSync(join(folder, "installed"))) return { folder };
  mkdirSync(folder, { recursive: true });
  const args = ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", folder, ...PACKAGES[name]];
  const { status, stderr } = spawnSync("npm", args, { timeout: INSTALL_LIMIT_MS });
  if (status !== 0)
    return { skipped: `not measured: npm cannot install it (${stderr.toString().slice(0, 120).trim()})` };
  writeFileSync(join(folder, "installed"), "");
  return { folder };
}

/** It asks for no key of its own and keeps no books: what its client sends is the provider's key. */
export async function startPortkey(folder: string, { providerPort, folder: home }: Place): Promise<System> {
  const port = await freePort();
  const script = join(folder, "node_modules/@portkey-ai/gateway/build/start-server.js");
  const args = [script, `--port=${port}`, "--headless"];
  const { pid, stop } = await startProgram(process.execPath, args, { ready: /ready|running|localhost/i, cwd: home });
  return {
    name: "Portkey",
    port,
    pid,
    headers: () => ({
      authorization: `Bearer ${PROVIDER_SECRET}`,
      "x-portkey-provider": "openai",
      "x-portkey-custom-host": `http://127.0.0.1:${providerPort}/v1`,
    }),
    stop,
  };
}

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
