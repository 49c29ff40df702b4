/** Claude Code keeps most of its tools back until the model searches for them, which is a feature of Anthropic's servers. */
import { afterAll, beforeAll, expect, it } from "vitest";
import type { WireProtocol } from "../../src-gateway/ir/protocol.ts";
import { installAgent, newFolder, runAgent } from "./agent.ts";
import { claudeCode } from "./claude-code.ts";
import { readLoop } from "./read-loop.ts";
import { type AgentWorld, startAgentWorld } from "./world.ts";

const TARGETS = [
  { wire: "openai-chat", model: "gpt-5.4" },
  { wire: "openai-responses", model: "gpt-5.4" },
  { wire: "gemini-content", model: "gemini-3-pro" },
] as const satisfies { wire: WireProtocol; model: string }[];

const worlds: AgentWorld[] = [];
beforeAll(() => installAgent(claudeCode), 300_000);
afterAll(() => Promise.all(worlds.splice(0).map((world) => world.stop())));

it.each(TARGETS)("finds a tool that was kept back, on $wire", async ({ wire, model }) => {
  const askedAs = "claude-sonnet-4-5";
  const world = await startAgentWorld({ wire, model, askedAs, compat: [] });
  worlds.push(world);
  world.provider.script(
    { calls: [{ name: "ToolSearch", arguments: { query: "select:NotebookEdit" } }] },
    { text: "It was found." },
  );
  const folder = newFolder(claudeCode);
  const task = {
    gatewayUrl: world.gateway.url,
    key: world.gateway.key,
    model: askedAs,
    folder,
    prompt: "Find a tool.",
  };
  const run = await runAgent(claudeCode, task);
  expect(run.code, `it said:\n${run.output}`).toBe(0);
  expect(run.output).toContain("It was found.");
  const [first, second] = world.asked();
  expect(readLoop(wire, second?.json).results[0]?.text).toContain("NotebookEdit");
  const declared = (request: typeof first): boolean => JSON.stringify(request?.json).includes('"name":"NotebookEdit"');
  expect([declared(first), declared(second)]).toEqual([false, true]);
  expect(second?.body.toString()).not.toContain("DeferredToolPlaceholder");
}, 90_000);
