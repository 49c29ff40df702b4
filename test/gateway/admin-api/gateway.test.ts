import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { json, type RawProvider, startRawProvider } from "../../support/raw-provider.ts";
import { rootClient } from "./admin-client.ts";

const SECRET = "sk-very-secret-provider-key-0123456789";
let gateway: TestGateway;
let provider: RawProvider;
let config: object;
beforeAll(async () => {
  provider = await startRawProvider();
  provider.respond = (request, response) => {
    const isKnown = request.headers.authorization === `Bearer ${SECRET}`;
    const models = {
      object: "list",
      data: [
        { id: "big", object: "model" },
        { id: "small", object: "model" },
      ],
    };
    return (isKnown ? json(models) : json({ error: { message: "bad key" } }, 401))(request, response);
  };
  config = {
    providers: [
      { id: "good", kind: "openai-compatible", base_url: `${provider.url}/v1`, credential: "env:GOOD_KEY" },
      { id: "bad", kind: "openai-compatible", base_url: `${provider.url}/v1`, credential: "env:BAD_KEY" },
      { id: "gone", kind: "openai-compatible", base_url: "http://127.0.0.1:1/v1" },
      { id: "keyless", kind: "anthropic" },
    ],
    routes: [{ match: "g*", strategy: "fallback", targets: [{ provider: "good", model: "big" }, { provider: "bad" }] }],
    aliases: { fast: "small" },
  };
  gateway = await startTestGateway({
    config,
    env: {
      GOOD_KEY: SECRET,
      BAD_KEY: "sk-another-secret-key-0123456789",
      TOKLIGENCE_AUTH_SECRET: "0123456789abcdef0123456789abcdef",
    },
  });
});
afterAll(async () => {
  await gateway.stop();
  await provider.stop();
});

describe("the status", () => {
  it("says what runs, where each wire is spoken to, and how the ledger is", async () => {
    const status = await rootClient(gateway).call("getStatus");
    expect(status).toMatchObject({
      version: "0.0.0-test",
      pid: process.pid,
      url: gateway.url,
      database: "sqlite",
      paused: false,
      openExchanges: 0,
      recordsWaiting: 0,
      configVersion: 1,
      configProblem: null,
      authDisabled: false,
      baseUrls: {
        "openai-chat": `${gateway.url}/v1`,
        "anthropic-messages": gateway.url,
        "gemini-content": gateway.url,
      },
    });
    expect(status.nowUs).toBeGreaterThanOrEqual(status.startedAtUs);
  });
});

describe("providers", () => {
  it("are probed for real: reached, shown the key, asked for models", async () => {
    const root = rootClient(gateway);
    expect(await root.call("probeProvider", { params: { id: "good" } })).toMatchObject({
      reachable: true,
      authenticated: true,
      models: 2,
      problem: null,
    });
    expect(await root.call("probeProvider", { params: { id: "bad" } })).toMatchObject({
      reachable: true,
      authenticated: false,
      status: 401,
    });
    const gone = await root.call("probeProvider", { params: { id: "gone" } });
    expect(gone).toMatchObject({ reachable: false, problem: expect.any(String), hint: expect.any(String) });
    await expect(root.call("probeProvider", { params: { id: "other" } })).rejects.toMatchObject({ status: 404 });
  });

  it("are listed with how they are and where their key is", async () => {
    const root = rootClient(gateway);
    const models = await root.call("listModels");
    expect(models.map(({ id }) => id)).toEqual(expect.arrayContaining(["loopback", "fast", "big", "small"]));
    const list = await root.call("listProviders");
    expect(list.map(({ id, credentialState, health }) => [id, credentialState, health])).toEqual([
      ["good", "configured", "ok"],
      ["bad", "configured", "failing"],
      ["gone", "not_needed", "failing"],
      ["keyless", "missing", "failing"],
    ]);
    expect(list[0]).toMatchObject({ credential: "env:GOOD_KEY", modelCount: 2 });
  });
});

describe("the configuration", () => {
  it("is shown with the source of everything and no secret", async () => {
    const root = rootClient(gateway);
    const shown = await root.call("getConfig");
    expect(shown).toMatchObject({
      version: 1,
      file: gateway.configFile,
      routes: [
        { match: "g*", strategy: "fallback", targets: [{ provider: "good", model: "big" }, { provider: "bad" }] },
      ],
      aliases: { fast: "small" },
      problem: null,
    });
    expect(shown.providers.map(({ id }) => id)).toEqual(["good", "bad", "gone", "keyless"]);
    expect(shown.settings).toContainEqual({
      key: "data_dir",
      value: gateway.dataDir,
      source: "--data-dir",
      about: "the folder for the database and all other state",
      standard: "~/.tokligence",
      env: "TOKLIGENCE_DATA_DIR",
    });
    expect(shown.settings.filter(({ about }) => about === "").map(({ key }) => key)).toEqual([]);
    const everything = JSON.stringify([shown, await root.call("listProviders"), await root.call("getStatus")]);
    for (const secret of [SECRET, "another-secret", "0123456789abcdef"]) expect(everything).not.toContain(secret);
  });

  it("is read anew on demand; a bad file is named and the last good one goes on", async () => {
    const root = rootClient(gateway);
    writeFileSync(gateway.configFile, "providers: [{ id: x, kind: nonsense }]");
    const refused = await root.call("reloadConfig");
    expect(refused.problem).toContain("nonsense");
    expect(refused.aliases).toEqual({ fast: "small" });
    expect((await root.call("getStatus")).configProblem).toContain("gateway.yaml:1");
    expect(await root.call("runChecks")).toContainEqual(
      expect.objectContaining({ name: "configuration", state: "fail" }),
    );
    writeFileSync(gateway.configFile, JSON.stringify({ ...config, aliases: { quick: "big" } }));
    const taken = await root.call("reloadConfig");
    expect(taken).toMatchObject({ problem: null, aliases: { quick: "big" } });
    expect(taken.version).toBeGreaterThan(1);
  });
});

describe("the checks", () => {
  it("are well on a gateway that is", async () => {
    const checks = await rootClient(gateway).call("runChecks");
    expect(checks.map(({ name, state }) => [name, state])).toEqual(
      ["database", "keys", "ledger", "configuration", "clock"].map((name) => [name, "ok"]),
    );
  });

  it("warn where everybody is let in", async () => {
    const open = await startTestGateway({ env: { TOKLIGENCE_AUTH_DISABLED: "true" } });
    try {
      const checks = await rootClient(open).call("runChecks");
      expect(checks).toContainEqual(expect.objectContaining({ name: "keys", state: "warn" }));
    } finally {
      await open.stop();
    }
  });
});
