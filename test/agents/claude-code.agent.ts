/** Claude Code from npm through a real gateway: a tool loop on the Messages wire. See codex.agent.ts. */
import { readFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { type RawProvider, type RawRequest, startRawProvider } from "../support/raw-provider.ts";
import { installAgent, newFolder, runAgent } from "./agent.ts";
import { claudeCode } from "./claude-code.ts";

let provider: RawProvider;
let gateway: TestGateway;
beforeAll(async () => {
  installAgent(claudeCode);
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
    const folder = newFolder(claudeCode);
    provider.respond = playModel;
    const prompt = "Write the file lab-out.txt, then say so.";
    const task = { gatewayUrl: gateway.url, key: gateway.key, model: "claude-sonnet-4-5", folder, prompt };
    const { code, output } = await runAgent(claudeCode, task);
    expect(code, `it said:\n${output}`).toBe(0);
    expect(output).toContain("The file is written.");
    expect(readFileSync(join(folder, "lab-out.txt"), "utf8")).toBe("made-by-claude");
    const list = await gateway.exchanges(2);
    for (const exchange of list) {
      expect(exchange).toMatchObject({
        surface: "messages",
        outcome: "completed",
        agent: `claude-code/${claudeCode.version}`,
        usage: { inputUncached: 7, cacheRead: 4000, cacheWrite5m: 300, output: 30 },
      });
    }
    // Everything that the agent sent reached the provider as it was.
    expect(provider.requests[0]?.path).toBe("/v1/messages?beta=true");
    expect(provider.requests[0]?.headers["anthropic-beta"]).toContain("claude-code-");
  }, 90_000);
});
