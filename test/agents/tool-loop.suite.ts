/** One agent on one provider of a foreign wire: it writes a file, reads it and runs a command, and says that it is done. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { WireProtocol } from "../../src-gateway/ir/protocol.ts";
import { refusals } from "../fakes/demands/demands.ts";
import type { ScriptStep, ToolCall } from "../fakes/scripted-provider/types.ts";
import { type Agent, type AgentTools, installAgent, newFolder, runAgent, type Task } from "./agent.ts";
import { readLoop } from "./read-loop.ts";
import { type AgentWorld, startAgentWorld } from "./world.ts";

export interface ToolLoopCase {
  agent: Agent;
  wire: WireProtocol;
  /** The model's name at the provider. */
  model: string;
  /** The name that the agent knows it by. */
  askedAs: string;
  compat?: string[];
  /** Where this model is given others than the agent's usual ones. */
  tools?: AgentTools;
}

const TABLE = fileURLToPath(new URL("../../docs/agents-tested.md", import.meta.url));
const PROMPT = "Write the file lab-out.txt, look at it, then say so.";
const WRITTEN = "made-by-an-agent ✓";
const DONE = "The file is written, and it says what it should – fertig.";
/** Base64, as Google wants its signatures. */
const STATES = ["Zmlyc3Qtc3RhdGU=", "c2Vjb25kLXN0YXRl", "dGhpcmQtc3RhdGU="];
const THOUGHTS = ["A file is wanted, so I write it – 写.", "Now I look at it twice.", "All is well."];

export function toolLoop(options: ToolLoopCase): void {
  const { agent, wire, model, askedAs } = options;
  const tools = options.tools ?? agent.tools;
  // Chat has no place for state, and few of its servers take thoughts back.
  const keepsThoughts = wire !== "openai-chat" || options.compat?.includes("reasoning-content") === true;
  let world: AgentWorld;
  beforeAll(async () => {
    installAgent(agent);
    world = await startAgentWorld({ wire, model, askedAs, compat: options.compat ?? [] });
  }, 300_000);
  afterAll(() => world?.stop());

  it(`finishes a loop of ${askedAs} on ${model} by ${wire}`, async () => {
    const folder = newFolder(agent);
    const task: Task = {
      gatewayUrl: world.gateway.url,
      key: world.gateway.key,
      model: askedAs,
      folder,
      prompt: PROMPT,
    };
    const steps = [
      { calls: [tools.write(task, "lab-out.txt", WRITTEN)] },
      { calls: [tools.read(task, "lab-out.txt"), tools.shell("printf second-%d 42")] },
      { text: DONE },
    ];
    world.provider.script(...steps.map((step, place) => ({ ...step, thinking: thought(place) })));

    const run = await runAgent(agent, task);
    expect(run.code, `it said:\n${run.output}`).toBe(0);
    expect(run.output).toContain(DONE);
    expect(readFileSync(join(folder, "lab-out.txt"), "utf8").trimEnd()).toBe(WRITTEN);

    const asked = world.asked();
    expect(asked).toHaveLength(3);
    for (const request of asked) expect(refusals(wire, request.json)).toEqual([]);
    const loops = asked.map((request) => readLoop(wire, request.json));
    const calls = steps.flatMap((step) => ("calls" in step ? step.calls : []));
    expect(loops[0]).toEqual({ calls: [], results: [], thoughts: [], states: [] });
    expect(loops[1]?.calls).toMatchObject(calls.slice(0, 1).map(asCalled));
    expect(loops[2]?.calls).toMatchObject(calls.map(asCalled));
    for (const loop of loops) expect(loop.results.map(({ id }) => id)).toEqual(loop.calls.map(({ id }) => id));
    expect(loops[2]?.results[1]?.text).toContain(WRITTEN);
    expect(loops[2]?.results[2]?.text).toContain("second-42");
    expect(loops.map((loop) => loop.states)).toEqual(returned(wire === "openai-chat" ? [] : STATES));
    expect(loops.map((loop) => loop.thoughts)).toEqual(returned(keepsThoughts ? THOUGHTS : []));

    const records = (await world.gateway.exchanges(3)).toReversed();
    expect(records).toHaveLength(3);
    for (const [place, record] of records.entries()) {
      expect(record).toMatchObject({
        surface: agent.surface,
        outcome: "completed",
        provider: "only",
        modelAsked: askedAs,
        modelRouted: model,
        modelServed: model,
        usageSource: "provider",
      });
      expect(record.usage).toEqual(asked[place]?.usageReported);
    }
    const losses = new Set(
      records.flatMap((record) => record.losses.map((loss) => `${loss.verdict} \`${loss.field}\``)),
    );
    const row = [
      `${agent.title} ${agent.version}`,
      `\`${askedAs}\``,
      wire,
      `\`${model}\``,
      "passes",
      [...losses].sort().join(", ") || "none",
    ];
    const line = `| ${row.join(" | ")} |`;
    expect(readFileSync(TABLE, "utf8").includes(line), `docs/agents-tested.md has no row\n${line}`).toBe(true);
  }, 90_000);
}

const thought = (place: number): NonNullable<ScriptStep["thinking"]> => ({
  text: THOUGHTS[place] ?? "",
  state: STATES[place] ?? "",
});

const asCalled = (call: ToolCall) => ({ name: call.name, args: call.arguments });

/** What each of the three requests brings back of what came before it. */
const returned = (all: string[]): string[][] => [0, 1, 2].map((count) => all.slice(0, count));
