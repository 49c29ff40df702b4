/**
 * A provider that is busy, lies, breaks off or fails inside its answer. Nothing of that may look like the end of the answer:
 * each agent finishes with what it is told the second time. What no second time mends it shows, and it hangs on nothing.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { WireProtocol } from "../../src-gateway/ir/protocol.ts";
import type { ScriptStep } from "../fakes/scripted-provider/types.ts";
import { type Agent, installAgent, newFolder, runAgent } from "./agent.ts";
import { claudeCode } from "./claude-code.ts";
import { codex } from "./codex.ts";
import { geminiCli } from "./gemini-cli.ts";
import { piOnChat } from "./pi.ts";
import { type AgentWorld, startAgentWorld } from "./world.ts";

const PAIRS: { agent: Agent; askedAs: string; wire: WireProtocol; model: string }[] = [
  { agent: claudeCode, askedAs: "claude-sonnet-4-5", wire: "openai-chat", model: "gpt-5.4" },
  { agent: claudeCode, askedAs: "claude-sonnet-4-5", wire: "gemini-content", model: "gemini-3-pro" },
  { agent: codex, askedAs: "gpt-5.5", wire: "anthropic-messages", model: "claude-opus-4-8" },
  { agent: codex, askedAs: "gpt-5.5", wire: "openai-chat", model: "gpt-5.4" },
  { agent: geminiCli, askedAs: "gemini-2.5-pro", wire: "anthropic-messages", model: "claude-sonnet-4-5" },
  { agent: piOnChat, askedAs: "gpt-5.4", wire: "anthropic-messages", model: "claude-sonnet-4-5" },
];

const HALF = "This is what was said before the end came, and it is long enough to be cut in many places.";
const BREAKS: [what: string, step: ScriptStep][] = [
  ["is throttled", { status: 429 }],
  ["is overloaded", { status: 503 }],
  ["breaks off", { text: HALF, cutAt: 6 }],
  ["ends too early", { text: HALF, endEarlyAt: 6 }],
  ["fails inside the answer", { text: HALF, errorAt: 6 }],
  ["says that all is well and then fails", { errorAt: "first" }],
  ["speaks no JSON", { frames: [Buffer.from('data: {"so":\n\n'), Buffer.from("data: <html>\n\n")] }],
  ["hangs up before it has said a word", { cutAt: "after-headers" }],
];

describe.each(PAIRS)("$agent.title on $wire, when the provider", ({ agent, askedAs, wire, model }) => {
  let world: AgentWorld;
  beforeAll(async () => {
    installAgent(agent);
    world = await startAgentWorld({ wire, model, askedAs, compat: [] });
  }, 300_000);
  afterAll(() => world?.stop());

  const ask = () => {
    const { url: gatewayUrl, key } = world.gateway;
    return runAgent(agent, { gatewayUrl, key, model: askedAs, folder: newFolder(agent), prompt: "Say it." });
  };

  it.each(BREAKS)(
    "%s, asks again",
    async (_what, step) => {
      world.provider.reset();
      world.provider.script(step, { text: "Now it is whole." });
      const run = await ask();
      expect(run.code, `it said: ${run.output}`).toBe(0);
      expect(run.output).toContain("Now it is whole.");
      expect(world.asked()).toHaveLength(2);
    },
    90_000,
  );

  it("has nothing to say, comes to an end", async () => {
    world.provider.reset();
    world.provider.script({ text: "" }, { text: "Now it is whole." });
    const run = await ask();
    // An empty answer is one, though some ask again.
    expect(run.code, `it said: ${run.output}`).toBe(0);
    expect(world.asked().length).toBeLessThanOrEqual(2);
  }, 90_000);

  it("refuses the request, ends and says why", async () => {
    world.provider.reset();
    const refusal: ScriptStep = { status: 400, body: { error: { message: "The lab is closed on Sundays." } } };
    // Claude Code asks six times, each time for a little less.
    world.provider.script(...Array.from({ length: 20 }, () => refusal));
    const run = await ask();
    expect(run.code, `${run.output} (${world.asked().length} requests)`).not.toBeNull();
    expect(run.output).toContain("The lab is closed on Sundays.");
    expect(world.asked().length).toBeLessThan(10);
  }, 90_000);
});
