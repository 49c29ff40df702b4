/** A built gateway with providers in every state, for the browser tests and the screenshots of the console. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { askSocket } from "../support/ask-socket.ts";
import { type Daemon, newFolder, type Ready, startDaemon } from "../support/daemon.ts";
import { json, type RawProvider, startRawProvider, stream } from "../support/raw-provider.ts";

export interface ConsoleWorld extends Ready {
  clientKey: string;
  /** Asks the gateway as a client does; gives the request id and the status. */
  chat(
    model: string,
    options?: { stream?: boolean; agent?: string; text?: string },
  ): Promise<{ requestId: string; status: number }>;
  /** Asks the admin API as the command line does, over the socket in the data folder. */
  askLocally(method: string, path: string, body?: string): Promise<{ status: number; text: string }>;
  /** A one-time code, as `gateway console` makes it. */
  signInCode(): Promise<string>;
  /** Ends the gateway, as a person or a computer that shuts down would. */
  stop(): Promise<void>;
  /** Starts it again, on the same port. */
  start(): Promise<void>;
  /** Gives the gateway a tenth of the time, so that work is under way for long enough to be seen; what it gives ends that. */
  slowDown(): () => void;
  close(): Promise<void>;
}

const answer = {
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1_763_000_000,
  model: "gpt-5-mini-2025-08-07",
  choices: [{ index: 0, message: { role: "assistant", content: "Four." }, finish_reason: "stop" }],
  usage: {
    prompt_tokens: 1_840,
    completion_tokens: 212,
    total_tokens: 2_052,
    prompt_tokens_details: { cached_tokens: 1_024 },
    completion_tokens_details: { reasoning_tokens: 128 },
  },
};
/** The same answer in pieces. */
const pieces = [
  { choices: [{ index: 0, delta: { role: "assistant", content: "Four" } }] },
  { choices: [{ index: 0, delta: { content: "." }, finish_reason: "stop" }] },
  { choices: [], usage: answer.usage },
]
  .map((more) => `data: ${JSON.stringify({ ...answer, object: "chat.completion.chunk", ...more })}\n\n`)
  .concat("data: [DONE]\n\n");
const models = {
  object: "list",
  data: ["gpt-5", "gpt-5-mini"].map((id) => ({ id, object: "model", created: 1, owned_by: "openai" })),
};
const limited = {
  error: { message: "Rate limit reached for requests per minute.", type: "requests", code: "rate_limit_exceeded" },
};

export interface WorldOptions {
  /** False for a gateway as it is after its first start. */
  providers?: boolean;
  /** More of its environment. */
  settings?: Record<string, string>;
  /** More members of its configuration. */
  config?: Record<string, unknown>;
}

export async function startConsoleWorld({
  providers = true,
  settings = {},
  config = {},
}: WorldOptions = {}): Promise<ConsoleWorld> {
  const folder = newFolder();
  const working = await startRawProvider();
  const busy = await startRawProvider();
  working.respond = (request, response) => {
    if (request.method === "GET") return json(models)(request, response);
    (/"stream":\s*true/.test(request.body.toString("utf8")) ? stream(...pieces) : json(answer))(request, response);
  };
  busy.respond = (request, response) =>
    request.method === "GET"
      ? json(models)(request, response)
      : json(limited, 429, { "retry-after": "1" })(request, response);
  const args = providers ? ["--config", writeConfig(folder.path, { working, busy, config })] : [];
  const env = {
    TOKLIGENCE_LOG_LEVEL: "silent",
    TEST_OPENAI_KEY: "sk-test",
    TOKLIGENCE_LOG_BODIES: "full",
    ...settings,
  };
  let daemon: Daemon = startDaemon(folder.path, args, env);
  const ready = await daemon.ready;
  const clientKey = ready.clientKey ?? "";
  const port = new URL(ready.url).port;
  const askLocally: ConsoleWorld["askLocally"] = (method, path, body) =>
    askSocket(join(ready.dataDir, "gateway.sock"), { method, path, body });

  return {
    ...ready,
    clientKey,
    async chat(model, { stream: isStream = false, agent = "claude-cli/2.1.329", text = "What is two and two?" } = {}) {
      const reply = await fetch(`${ready.url}/v1/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${clientKey}`, "user-agent": agent },
        body: JSON.stringify({ model, stream: isStream, messages: [{ role: "user", content: text }] }),
      });
      await reply.text();
      return { requestId: reply.headers.get("x-request-id") ?? "", status: reply.status };
    },
    askLocally,
    async signInCode() {
      const { text } = await askLocally("POST", "/api/v1/auth/code", "{}");
      return (JSON.parse(text) as { code: string }).code;
    },
    async stop() {
      daemon.child.kill("SIGTERM");
      await daemon.ended;
    },
    async start() {
      daemon = startDaemon(folder.path, [...args, "--port", port], env);
      await daemon.ready;
    },
    slowDown() {
      const { child } = daemon;
      const turns = setInterval(() => {
        child.kill("SIGCONT");
        setTimeout(() => child.kill("SIGSTOP"), 5);
      }, 50);
      return () => {
        clearInterval(turns);
        // After the turn that is under way.
        setTimeout(() => child.kill("SIGCONT"), 10);
      };
    },
    async close() {
      daemon.child.kill("SIGTERM");
      await daemon.ended;
      await Promise.all([working.stop(), busy.stop()]);
      folder.remove();
    },
  };
}

function writeConfig(
  folder: string,
  { working, busy, config }: { working: RawProvider; busy: RawProvider; config: Record<string, unknown> },
): string {
  const path = join(folder, "gateway.yaml");
  const credential = "env:TEST_OPENAI_KEY";
  writeFileSync(
    path,
    JSON.stringify({
      providers: [
        { id: "openai", kind: "openai", base_url: `${working.url}/v1`, credential },
        { id: "openai-busy", kind: "openai", base_url: `${busy.url}/v1`, credential },
        // Nothing listens on port 9.
        { id: "vllm-office", kind: "openai-compatible", base_url: "http://127.0.0.1:9/v1", models: ["qwen3-coder"] },
        { id: "anthropic", kind: "anthropic", credential: "env:TEST_KEY_THAT_IS_NOT_SET" },
      ],
      routes: [
        {
          match: "gpt-5",
          strategy: "fallback",
          targets: [{ provider: "openai-busy" }, { provider: "openai", model: "gpt-5-mini" }],
        },
        { match: "gpt-5-mini", targets: ["openai"] },
        { match: "gpt-5-nano", targets: ["openai-busy"] },
        { match: "qwen*", targets: ["vllm-office"] },
      ],
      ...config,
    }),
  );
  return path;
}

/** As somebody who has put the first steps away: the overview of a gateway without providers leads to them otherwise. */
export const skipWelcome = (page: Page): Promise<unknown> =>
  page.addInitScript(() => localStorage.setItem("tokligence.welcome", "away"));
