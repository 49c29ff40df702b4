/** Claude Code from npm through a real gateway: a tool loop on the Messages wire. See codex.agent.ts. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { type RawProvider, type RawRequest, startRawProvider } from "../support/raw-provider.ts";

const VERSION = "2.1.329";
const home = join(tmpdir(), `tokligence-claude-code-${VERSION}`);
const claude = join(home, "node_modules", ".bin", "claude");

let provider: RawProvider;
let gateway: TestGateway;
beforeAll(async () => {
  if (!existsSync(claude)) {
    mkdirSync(home, { recursive: true });
    const args = ["install", "--prefix", home, "--no-audit", "--no-fund", "--loglevel=error"];
    const done = spawnSync("npm", [...args, `@anthropic-ai/claude-code@${VERSION}`], { stdio: "inherit" });
    if (done.status !== 0) throw new Error("Claude Code could not be installed");
  }
  provider = await startRawProvider();
  gateway = await startTestGateway({
    config: {
      providers: [{ id: "lab", kind: "anthropic-compatible", base_url: provider.url, models: ["claude-sonnet-4-5"] }],
    },
  });
}, 300_000);
afterAll(async () => {
  await gateway?.stop();
  await provider?.stop();
});

let turn = 0;
const event = (type: string, fields: object): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;

/** One content block and the end, as the wire has it. */
function answer(block: object, delta: object, stopReason: string): string {
  const usage = { input_tokens: 7, cache_creation_input_tokens: 300, cache_read_input_tokens: 4000, output_tokens: 1 };
  const message = {
    id: `msg_${++turn}`,
    type: "message",
    role: "assistant",
    model: "claude-sonnet-4-5-x",
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage,
  };
  return (
    event("message_start", { message }) +
    event("content_block_start", { index: 0, content_block: block }) +
    event("content_block_delta", { index: 0, delta }) +
    event("content_block_stop", { index: 0 }) +
    event("message_delta", { delta: { stop_reason: stopReason, stop_sequence: null }, usage: { output_tokens: 30 } }) +
    event("message_stop", {})
  );
}

function playModel(request: RawRequest, response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  if (request.body.includes('"tool_result"')) {
    response.end(answer({ type: "text", text: "" }, { type: "text_delta", text: "The file is written." }, "end_turn"));
    return;
  }
  const input = JSON.stringify({ command: "printf made-by-claude > lab-out.txt", description: "write the file" });
  const block = { type: "tool_use", id: `toolu_${turn}`, name: "Bash", input: {} };
  response.end(answer(block, { type: "input_json_delta", partial_json: input }, "tool_use"));
}

describe("Claude Code", () => {
  it("completes a tool loop through the gateway, and every turn is metered", async () => {
    const folder = join(home, `work-${process.pid}`);
    mkdirSync(folder, { recursive: true });
    provider.respond = playModel;
    const child = spawn(
      claude,
      [
        "-p",
        "Write the file lab-out.txt, then say so.",
        "--allowedTools",
        "Bash",
        "--permission-mode",
        "bypassPermissions",
      ],
      {
        cwd: folder,
        env: {
          PATH: process.env["PATH"],
          HOME: folder,
          IS_SANDBOX: "1",
          ANTHROPIC_BASE_URL: gateway.url,
          ANTHROPIC_AUTH_TOKEN: gateway.key,
          ANTHROPIC_MODEL: "claude-sonnet-4-5",
          CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
          DISABLE_TELEMETRY: "1",
          DISABLE_AUTOUPDATER: "1",
          DISABLE_ERROR_REPORTING: "1",
        },
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
    const code = await new Promise((resolve) => child.once("close", resolve));
    if (code !== 0) throw new Error(`claude ended with ${String(code)}: ${output}`);
    expect(output).toContain("The file is written.");
    expect(readFileSync(join(folder, "lab-out.txt"), "utf8")).toBe("made-by-claude");
    const list = await gateway.exchanges(2);
    for (const exchange of list) {
      expect(exchange).toMatchObject({
        surface: "messages",
        outcome: "completed",
        agent: `claude-code/${VERSION}`,
        usage: { inputUncached: 7, cacheRead: 4000, cacheWrite5m: 300, output: 30 },
      });
    }
    // Everything that the agent sent reached the provider as it was.
    expect(provider.requests[0]?.path).toBe("/v1/messages?beta=true");
    expect(provider.requests[0]?.headers["anthropic-beta"]).toContain("claude-code-");
  }, 180_000);
});
