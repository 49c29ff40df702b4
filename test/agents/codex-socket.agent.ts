/** Codex with its built-in provider, which asks for a WebSocket first and sends over it nothing but what is new. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Agent, installAgent, newFolder, runAgent } from "./agent.ts";
import { codex } from "./codex.ts";
import { startAgentWorld } from "./world.ts";

const builtIn: Agent = {
  ...codex,
  title: "Codex, with its built-in provider",
  prepare({ gatewayUrl, key, model, folder, prompt }) {
    const home = join(folder, ".codex");
    mkdirSync(home, { recursive: true });
    const lines = [
      `model = "${model}"`,
      `openai_base_url = "${gatewayUrl}/v1"`,
      `approval_policy = "never"`,
      `sandbox_mode = "danger-full-access"`,
      `check_for_update_on_startup = false`,
      `[analytics]`,
      `enabled = false`,
    ];
    writeFileSync(join(home, "config.toml"), `${lines.join("\n")}\n`);
    return {
      args: ["exec", "--skip-git-repo-check", "--json", prompt],
      env: { CODEX_HOME: home, CODEX_API_KEY: key },
    };
  },
};

/** Stands before a gateway and notes how connections begin. */
async function listenIn(url: string): Promise<{ url: string; openings: string[]; stop(): void }> {
  const openings: string[] = [];
  const target = new URL(url);
  const server = createServer((client) => {
    const gateway = connect(Number(target.port), target.hostname);
    client.once("data", (chunk) => openings.push(chunk.toString("latin1").split("\r\n")[0] ?? ""));
    client.on("error", () => gateway.destroy());
    gateway.on("error", () => client.destroy());
    client.pipe(gateway).pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    openings,
    stop: () => void server.close(),
  };
}

const CASES = [
  { wire: "anthropic-messages", model: "claude-opus-4-8", compat: [] },
  { wire: "openai-chat", model: "deepseek-reasoner", compat: ["reasoning-content"] },
  { wire: "openai-responses", model: "gpt-5.5", compat: [] },
] as const;

describe("Codex over a WebSocket", () => {
  it.each(CASES)("finishes a tool loop on $wire", async ({ wire, model, compat }) => {
    installAgent(builtIn);
    const world = await startAgentWorld({ wire, model, askedAs: "gpt-5.5", compat: [...compat] });
    const tap = await listenIn(world.gateway.url);
    try {
      const folder = newFolder(builtIn);
      const { key } = world.gateway;
      const task = { gatewayUrl: tap.url, key, model: "gpt-5.5", folder, prompt: "Write lab-out.txt and read it." };
      world.provider.script(
        { calls: [codex.tools.shell("printf made-by-codex > lab-out.txt")] },
        { calls: [codex.tools.read(task, "lab-out.txt")] },
        { text: "It is written – fertig." },
      );
      const run = await runAgent(builtIn, task);
      if (run.code !== 0) throw new Error(`Codex ended with ${String(run.code)}: ${run.output}`);
      expect(run.output).toContain("It is written – fertig.");
      expect(readFileSync(join(folder, "lab-out.txt"), "utf8")).toBe("made-by-codex");
      // One connection carries it all: the request that only warms up, and three turns.
      expect(tap.openings.filter((line) => line.includes("/v1/responses"))).toEqual(["GET /v1/responses HTTP/1.1"]);
      const asked = world.asked();
      expect(asked).toHaveLength(3);
      for (const { body } of asked) {
        expect(body.toString()).toContain("Write lab-out.txt and read it.");
        expect(body.toString()).not.toContain("previous_response_id");
      }
      expect(asked.at(-1)?.body.toString()).toContain("made-by-codex");
      const records = await world.gateway.exchanges(3);
      expect(records.map(({ surface, outcome, agent }) => [surface, outcome, agent])).toEqual(
        Array.from({ length: 3 }, () => ["responses", "completed", `codex/${codex.version}`]),
      );
    } finally {
      tap.stop();
      await world.stop();
    }
  }, 180_000);
});
