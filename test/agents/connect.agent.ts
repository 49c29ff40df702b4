/** Real agents, connected by the real command line in a home of their own, run, seen, and disconnected again. */
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AgentView } from "../../src-gateway/admin-api/contract/agent-schemas.ts";
import { startScriptedProvider } from "../fakes/scripted-provider/scripted-provider.ts";
import type { ScriptedProvider } from "../fakes/scripted-provider/types.ts";
import { newHome } from "../gateway/cli/run-cli.ts";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { type Agent, homeOf, installAgent, runAgent } from "./agent.ts";
import { CONNECTABLE } from "./connectable.ts";

const SAID = "The settings are right – fertig.";

/** Every file of a folder, with its rights. */
function filesIn(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path, `${statSync(path).mode.toString(8)} ${readFileSync(path, "latin1")}`]),
  );
}

describe.each(CONNECTABLE.map((each) => [each.id, each] as const))("%s", (id, connectable) => {
  const home = newHome();
  let provider: ScriptedProvider;
  let gateway: TestGateway;
  beforeAll(async () => {
    installAgent(connectable.agent);
    provider = await startScriptedProvider();
    mkdirSync(home.dataDir, { recursive: true });
    gateway = await startTestGateway({
      dataDir: home.dataDir,
      env: { SCRIPTED_KEY: provider.key },
      config: {
        providers: [
          {
            id: "only",
            kind: "openai-compatible",
            base_url: provider.baseUrl("openai-chat"),
            credential: "env:SCRIPTED_KEY",
            protocols: ["openai-chat"],
            models: ["served-model"],
          },
        ],
        aliases: Object.fromEntries(connectable.models.map((name) => [name, "served-model"])),
      },
    });
  }, 600_000);
  afterAll(async () => {
    await gateway?.stop();
    await provider?.stop();
    home.remove();
  });

  it("is connected, seen and disconnected", async () => {
    const env = { PATH: `${join(homeOf(connectable.agent), "node_modules", ".bin")}:${process.env["PATH"]}` };
    for (const [file, text] of Object.entries(connectable.before)) {
      const path = join(home.path, file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text, { mode: 0o640 });
    }
    const folders = [
      ...new Set(Object.keys(connectable.before).map((file) => join(home.path, file.split("/")[0] ?? ""))),
    ];
    const before = Object.assign({}, ...folders.map(filesIn)) as Record<string, string>;

    const model = connectable.models[0] ?? "";
    const connected = await home.run(["connect", id, "--yes", "--model", model], env);
    expect(connected.code, `of ${connected.err}`).toBe(0);
    const written = await home.json<AgentView>(["status", id], env);
    expect(written).toMatchObject({ state: "connected", version: connectable.agent.version, drift: [], conflicts: [] });
    const between = Object.keys(before).map((path) => readFileSync(path, "utf8"));

    provider.script(...Array.from({ length: 4 }, () => ({ text: SAID })));
    const task = { gatewayUrl: "", key: "", model, folder: home.path, prompt: "Say that the settings are right." };
    const agent: Agent = { ...connectable.agent, prepare: () => ({ args: connectable.args, env: connectable.env }) };
    const run = await runAgent(agent, task);
    expect(run.code, `it said:\n${run.output}`).toBe(0);
    expect(run.output).toContain(SAID);

    const [exchange] = await gateway.exchanges(1, ({ apiKeyId }) => apiKeyId === written.apiKeyId);
    expect(exchange?.agent?.split("/")[0]).toBe(id);
    expect(exchange?.session !== null).toBe(connectable.hasSession);
    expect(await home.json<AgentView>(["status", id], env)).toMatchObject({
      lastRequestAtUs: expect.any(Number) as number,
    });
    const { groups } = await home.json<{ groups: { group: string | null }[] }>(["usage", "--by", "agent"]);
    expect(groups.some(({ group }) => group?.startsWith(id))).toBe(true);

    // What the agent has put into its files in the meantime is its own.
    const isAsWritten = Object.keys(before).every((path, n) => readFileSync(path, "utf8") === between[n]);
    const gone = await home.json<{ files: { how: string; left: unknown[] }[] }>(["disconnect", id, "--yes"], env);
    expect(gone.files.flatMap(({ left }) => left)).toEqual([]);
    const after = Object.assign({}, ...folders.map(filesIn)) as Record<string, string>;
    for (const [path, content] of Object.entries(before)) {
      expect(isAsWritten ? after[path] : content, `of ${path}`).toBe(content);
      expect(after[path]).not.toMatch(/tok_|tokligence|127\.0\.0\.1/);
    }
    expect(await home.json<AgentView>(["status", id], env)).toMatchObject({ state: "available", apiKeyId: null });
    const keys = await home.json<{ id: number; revokedAtUs: number | null }[]>(["admin", "api-keys", "list"]);
    expect(keys.find((key) => key.id === written.apiKeyId)?.revokedAtUs).not.toBeNull();
  }, 180_000);
});
