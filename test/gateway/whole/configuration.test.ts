import { readFileSync, statSync, writeFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import type { AdminClient } from "../../../src-gateway/admin-api/contract/client.ts";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { json, type RawProvider, startRawProvider } from "../../support/raw-provider.ts";
import { rootClient } from "../admin-api/admin-client.ts";

let stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.reverse()) await stop();
  stops = [];
});

const PLANTED = "sk-planted-0123456789abcdef0123456789";
const answer = (text: string) =>
  json({ model: "m", choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: text } }] });

interface World {
  gateway: TestGateway;
  client: AdminClient;
  a: RawProvider;
  b: RawProvider;
  text: string;
}

async function start(): Promise<World> {
  const [a, b] = [await startRawProvider(), await startRawProvider()];
  const text = `# providers of the team
providers:
  - id: a # the first
    kind: openai-compatible
    base_url: ${a.url}/v1
  - { id: b, kind: openai-compatible, base_url: "${b.url}/v1" }

default_provider: a
aliases:
  fast: m # short
`;
  const gateway = await startTestGateway({ config: text });
  stops.push(
    () => a.stop(),
    () => b.stop(),
    () => gateway.stop(),
  );
  a.respond = answer("from a");
  b.respond = answer("from b");
  return { gateway, client: rootClient(gateway), a, b, text };
}

const said = async ({ gateway }: World, model = "m"): Promise<string> => {
  const reply = await gateway.post("/v1/chat/completions", { model, messages: [] });
  const { choices } = (await reply.json()) as { choices?: { message: { content: string } }[] };
  return choices?.[0]?.message.content ?? `status ${reply.status}`;
};

describe("the configuration of a gateway that runs", () => {
  it("is switched to another provider for the next request, while open streams go on", async () => {
    const world = await start();
    const { client, a, gateway, text } = world;
    let end = (): void => {};
    a.respond = (_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write('data: {"model":"m","choices":[{"index":0,"delta":{"content":"x"}}]}\n\n');
      end = () => response.end("data: [DONE]\n\n");
    };
    const stream = await gateway.post("/v1/chat/completions", { model: "m", messages: [], stream: true });
    const result = await client.call("useProvider", { body: { provider: "b", message: "a is slow" } });
    expect(result).toMatchObject({ applied: true, problems: [], stillElsewhere: [] });
    expect(result.changes).toEqual([
      { noun: "default_provider", name: '"b"', change: "added" },
      { noun: "default_provider", name: '"a"', change: "removed" },
    ]);
    expect(await said(world)).toBe("from b");
    end();
    expect(await stream.text()).toMatch(/data: \[DONE\]\n\n$/);
    // Nothing of the file was touched but the one line.
    expect(readFileSync(gateway.configFile, "utf8")).toBe(text.replace("default_provider: a", "default_provider: b"));
    // Seen by the watcher, and no news to it.
    const { configVersion } = await client.call("getStatus");
    expect(configVersion).toBe(2);

    await client.call("useProvider", { body: { provider: "a", protocol: "anthropic-messages" } });
    expect(readFileSync(gateway.configFile, "utf8")).toContain('"*": b\n  anthropic-messages: a');
    expect(await said(world)).toBe("from b");
  });

  it("keeps every version, and goes back to one byte for byte", async () => {
    const world = await start();
    const { client, gateway, text } = world;
    await client.call("editConfig", {
      body: {
        operations: [
          { op: "set", path: ["providers", { id: "b" }, "enabled"], value: false },
          { op: "set", path: ["aliases", "slow"], value: "n" },
        ],
        message: "b rests",
      },
    });
    const { items } = await client.call("listConfigRevisions");
    expect(items.map(({ id, via, author, message }) => ({ id, via, author, message }))).toEqual([
      { id: 2, via: "api", author: "admin@local", message: "b rests" },
      { id: 1, via: "file", author: null, message: null },
    ]);
    const diff = await client.call("diffConfig", { query: { from: 1 } });
    expect(diff.diff).toContain("+  slow: n\n");
    expect(diff.changes).toEqual([
      { noun: "providers", name: "b", change: "changed" },
      { noun: "aliases", name: "slow", change: "added" },
    ]);
    const back = await client.call("rollbackConfig", { body: { to: 1 } });
    expect(back).toMatchObject({ applied: true, missing: [], revision: { id: 3, via: "rollback", basedOn: 1 } });
    expect(readFileSync(gateway.configFile, "utf8")).toBe(text);
    expect((await client.call("getConfigRevision", { params: { id: 3 } })).text).toBe(text);
    const acts = await client.call("listActs", { query: { action: "config.*" } });
    expect(acts.items.map(({ action }) => action)).toEqual(["config.rollback", "config.apply"]);
  });

  it("notes what is changed by hand, and takes no change that was made from before it", async () => {
    const { client, gateway, text } = await start();
    const { revision } = await client.call("getConfigDocument");
    expect(revision?.id).toBe(1);
    writeFileSync(gateway.configFile, text.replace("fast: m", "fast: other"));
    const edit = { operations: [{ op: "set" as const, path: ["aliases", "x"], value: "y" }], revision: 1 };
    await expect(client.call("editConfig", { body: edit })).rejects.toMatchObject({
      status: 412,
      code: "precondition_failed",
      message: expect.stringContaining("aliases fast changed"),
    });
    await client.call("editConfig", { body: { ...edit, revision: 2 } });
    expect(readFileSync(gateway.configFile, "utf8")).toContain("fast: other # short\n  x: y\n");
    const { items } = await client.call("listConfigRevisions");
    expect(items.map(({ via }) => via)).toEqual(["api", "file", "file"]);
  });

  it("is never one with a mistake: all of them are said, with line and column, and nothing is changed", async () => {
    const world = await start();
    const { client, gateway, text } = world;
    const wrong = text
      .replace("kind: openai-compatible", "kind: opnai")
      .replace("default_provider: a", "default_provider: c");
    const check = await client.call("putConfigDocument", {
      query: { check: true },
      body: { text: wrong, revision: 1 },
    });
    expect(check).toMatchObject({ applied: false, revision: { id: 1 } });
    expect(check.problems.map(({ line, column, key }) => ({ line, column, key }))).toEqual([
      { line: 4, column: 11, key: "providers[0].kind" },
      { line: 8, column: 19, key: "default_provider" },
    ]);
    await expect(client.call("putConfigDocument", { body: { text: wrong, revision: 1 } })).rejects.toMatchObject({
      status: 400,
      message: expect.stringMatching(/line 4, column 11: .*opnai.*line 8, column 19/),
    });
    for (const broken of ["providers: [", "a: *x", `${text}\nhooks: [{name: h, events: x, script: /bin/true}]\n`])
      await expect(client.call("putConfigDocument", { body: { text: broken, revision: 1 } })).rejects.toMatchObject({
        name: "AdminError",
      });
    await expect(client.call("putConfigDocument", { body: { text } })).rejects.toMatchObject({ status: 400 });
    expect(readFileSync(gateway.configFile, "utf8")).toBe(text);
    expect((await client.call("listConfigRevisions")).items).toHaveLength(1);
    expect(await said(world)).toBe("from a");
  });

  it("does not replace what somebody is writing by hand, unless told to", async () => {
    const { client, gateway } = await start();
    writeFileSync(gateway.configFile, "providers: [half");
    const operations = [{ op: "set" as const, path: ["aliases", "x"], value: "y" }];
    await expect(client.call("editConfig", { body: { operations } })).rejects.toMatchObject({ code: "conflict" });
    expect(readFileSync(gateway.configFile, "utf8")).toBe("providers: [half");
    const done = await client.call("editConfig", { body: { operations, overwrite: true } });
    expect(done.applied).toBe(true);
    expect(readFileSync(gateway.configFile, "utf8")).toContain("  x: y\n");
  });

  it("holds no key in the clear, in no version, whoever wrote it there", async () => {
    const { client, gateway, text } = await start();
    const withKey = `${text}# was ${PLANTED}\n`;
    await expect(client.call("putConfigDocument", { body: { text: withKey, revision: 1 } })).rejects.toMatchObject({
      message: expect.stringMatching(/^(?!.*planted).*line 11, column 7: .*secret:NAME/s),
    });
    writeFileSync(gateway.configFile, withKey);
    await client.call("reloadConfig");
    const { text: shown, hidden, revision } = await client.call("getConfigDocument");
    expect({ hidden, isHidden: shown.includes("# was [hidden]\n") }).toEqual({ hidden: 1, isHidden: true });
    // What stood there already does not keep other changes out.
    await client.call("editConfig", { body: { operations: [{ op: "set", path: ["aliases", "x"], value: "y" }] } });
    expect(readFileSync(gateway.configFile, "utf8")).toContain(PLANTED);
    const back = await client.call("rollbackConfig", { body: { to: revision?.id ?? 0 } });
    expect(back).toMatchObject({ applied: true, missing: [11] });
    const everything = await Promise.all(
      (await client.call("listConfigRevisions")).items.map(({ id }) =>
        client.call("getConfigRevision", { params: { id } }),
      ),
    );
    expect(JSON.stringify(everything)).not.toContain("planted");
    expect(JSON.stringify(await client.call("listActs", { query: {} }))).not.toContain("planted");
  });

  it("uses a kept secret, and its new value as soon as it has one", async () => {
    const { client, gateway, a } = await start();
    const seen: (string | undefined)[] = [];
    a.respond = (request, response) => {
      seen.push(request.headers["authorization"]);
      answer("ok")(request, response);
    };
    const secret = await client.call("putSecret", { params: { name: "team" }, body: { value: PLANTED } });
    expect(secret).toMatchObject({ name: "team", reference: "secret:team" });
    await client.call("editConfig", {
      body: { operations: [{ op: "set", path: ["providers", { id: "a" }, "credential"], value: secret.reference }] },
    });
    await gateway.post("/v1/chat/completions", { model: "m", messages: [] });
    await client.call("putSecret", { params: { name: "team" }, body: { value: `${PLANTED}-2` } });
    await gateway.post("/v1/chat/completions", { model: "m", messages: [{ role: "user", content: "2" }] });
    expect(seen.slice(-2)).toEqual([`Bearer ${PLANTED}`, `Bearer ${PLANTED}-2`]);
    expect(JSON.stringify(await client.call("listSecrets"))).not.toContain("planted");
    await client.call("deleteSecret", { params: { name: "team" } });
    expect(await client.call("listSecrets")).toEqual([]);
  });

  it("begins with a file of its own where there is none", async () => {
    const gateway = await startTestGateway();
    stops.push(() => gateway.stop());
    const client = rootClient(gateway);
    expect(await client.call("getConfigDocument")).toMatchObject({ revision: null, text: "", source: "file" });
    const entry = { id: "x", kind: "openai-compatible", base_url: "http://127.0.0.1:9" };
    await client.call("editConfig", { body: { operations: [{ op: "set", path: ["providers", 0], value: entry }] } });
    expect(readFileSync(gateway.configFile, "utf8")).toContain("- id: x\n");
    expect(statSync(gateway.configFile).mode & 0o077).toBe(0);
    expect((await client.call("listProviders")).map(({ id }) => id)).toContain("x");
  });
});
