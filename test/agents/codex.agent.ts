/** Codex from npm through a real gateway: it has to run a tool, send its result, and finish, on the wire that it speaks. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { type RawProvider, startRawProvider } from "../support/raw-provider.ts";
import { installAgent, newFolder, runAgent } from "./agent.ts";
import { codex } from "./codex.ts";

let provider: RawProvider;
let gateway: TestGateway;
beforeAll(async () => {
  installAgent(codex);
  provider = await startRawProvider();
  gateway = await startTestGateway({
    config: {
      providers: [
        {
          id: "lab",
          kind: "openai-compatible",
          base_url: `${provider.url}/v1`,
          protocols: ["responses"],
          models: ["lab-model"],
        },
      ],
    },
  });
}, 300_000);
afterAll(async () => {
  await gateway?.stop();
  await provider?.stop();
});

const event = (type: string, fields: object): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;

/** One item and the end, as the wire has it. */
function answer(item: { id: string; type: string } & Record<string, unknown>, id: string): string {
  const response = { id, object: "response", status: "in_progress", model: "lab-model-1", output: [] as unknown[] };
  const usage = {
    input_tokens: 900,
    input_tokens_details: { cached_tokens: 400 },
    output_tokens: 20,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: 920,
  };
  return (
    event("response.created", { response }) +
    event("response.output_item.added", { output_index: 0, item }) +
    event("response.output_item.done", { output_index: 0, item }) +
    event("response.completed", { response: { ...response, status: "completed", output: [item], usage } })
  );
}

interface CodexRequest {
  tools?: { type: string; name?: string; parameters?: { properties?: Record<string, { type?: string }> } }[];
  input: { type?: string; output?: unknown }[];
}

describe("Codex", () => {
  it("completes a tool loop through the gateway, and both turns are metered", async () => {
    let turn = 0;
    provider.respond = (request, response) => {
      const json = JSON.parse(request.body.toString()) as CodexRequest;
      response.writeHead(200, { "content-type": "text/event-stream" });
      turn++;
      if (json.input.some((item) => item.type === "function_call_output")) {
        const text = { type: "output_text", text: "The file is written.", annotations: [] };
        response.end(
          answer(
            { id: `msg_${turn}`, type: "message", status: "completed", role: "assistant", content: [text] },
            `resp_${turn}`,
          ),
        );
        return;
      }
      const tool = json.tools?.find(
        (each) => each.type === "function" && /^(?:exec_command|shell|shell_command)$/.test(each.name ?? ""),
      );
      const command = "printf made-by-codex > lab-out.txt";
      const properties = tool?.parameters?.properties ?? {};
      const args = properties["cmd"]
        ? { cmd: command }
        : { command: properties["command"]?.type === "array" ? ["bash", "-lc", command] : command };
      response.end(
        answer(
          {
            id: `fc_${turn}`,
            type: "function_call",
            call_id: `call_${turn}`,
            name: tool?.name ?? "shell",
            arguments: JSON.stringify(args),
            status: "completed",
          },
          `resp_${turn}`,
        ),
      );
    };
    const folder = newFolder(codex);
    const prompt = "Write the file lab-out.txt, then say so.";
    const task = { gatewayUrl: gateway.url, key: gateway.key, model: "lab-model", folder, prompt };
    const { code, output } = await runAgent(codex, task);
    expect(code, `it said:\n${output}`).toBe(0);
    expect(output).toContain("The file is written.");
    expect(readFileSync(join(folder, "lab-out.txt"), "utf8")).toBe("made-by-codex");
    const list = await gateway.exchanges(2);
    expect(list.length).toBeGreaterThanOrEqual(2);
    for (const exchange of list) {
      expect(exchange).toMatchObject({
        surface: "responses",
        outcome: "completed",
        provider: "lab",
        agent: `codex/${codex.version}`,
        usage: { inputUncached: 500, cacheRead: 400, output: 20 },
      });
      expect(exchange.session).not.toBeNull();
    }
  }, 90_000);
});
