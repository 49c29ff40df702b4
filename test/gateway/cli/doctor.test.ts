import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CheckView } from "../../../src-gateway/admin-api/contract/schemas.ts";
import { startTestGateway } from "../../support/gateway.ts";
import { json, startRawProvider } from "../../support/raw-provider.ts";
import { type CliHome, newHome } from "./run-cli.ts";

let home: CliHome;
let stops: (() => unknown)[] = [];
beforeEach(() => {
  home = newHome();
});
afterEach(async () => {
  for (const stop of stops.reverse()) await stop();
  stops = [];
  home.remove();
});

async function examine(env: Record<string, string> = {}, args: string[] = []) {
  const { code, out, err } = await home.run([...args, "doctor", "-o", "json"], env);
  const checks = (out === "" ? [] : JSON.parse(out)) as CheckView[];
  const states = Object.fromEntries(checks.map(({ name, state }) => [name, state]));
  return { code, err, states, checks, find: (name: string) => checks.find((check) => check.name === name) };
}

/** A port of this machine that nobody else has. */
async function listen(answer: string): Promise<number> {
  const server: Server = createServer((_request, response) => void response.end(answer));
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  stops.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

describe("gateway doctor", () => {
  it("looks at everything, works without a gateway, and probes providers for real", async () => {
    const provider = await startRawProvider();
    stops.push(() => provider.stop());
    provider.respond = json({ object: "list", data: [{ id: "m", object: "model" }] });
    const env = {
      OPENAI_API_KEY: "sk-0123456789abcdef0123",
      OPENAI_BASE_URL: `${provider.url}/v1`,
      TOKLIGENCE_FACADE_PORT: "0",
    };
    const { code, states, find } = await examine(env);
    expect(states).toMatchObject({
      settings: "ok",
      "data folder": "ok",
      disk: expect.stringMatching(/ok|warn/),
      "port 0": "ok",
      gateway: "warn",
      database: "ok",
      keys: "ok",
      ledger: "ok",
      configuration: "ok",
      clock: "ok",
      "provider openai": "ok",
    });
    expect(find("provider openai")?.message).toMatch(/answers in \d+ ms, takes the key, lists 1 models/);
    expect(code).toBe(0);
    expect(provider.requests[0]?.headers.authorization).toBe("Bearer sk-0123456789abcdef0123");
  });

  it("says what to do, and fails when a provider refuses the key or cannot be reached", async () => {
    const provider = await startRawProvider();
    stops.push(() => provider.stop());
    provider.respond = json({ error: { message: "no" } }, 401);
    const base = { OPENAI_API_KEY: "sk-0123456789abcdef0123", TOKLIGENCE_FACADE_PORT: "0" };
    const refused = await home.run(["doctor"], { ...base, OPENAI_BASE_URL: `${provider.url}/v1` });
    expect(refused.code).toBe(1);
    expect(refused.out).toMatch(/^fail {2}provider openai +it refused the key \(401\)\n +→ Check the credential/m);
    expect(refused.out).toMatch(/\n1 failed, 1 to look at\.\n$/);
    expect(refused.out + refused.err).not.toContain("sk-0123");
    const gone = await examine({ ...base, OPENAI_BASE_URL: "http://127.0.0.1:1/v1" });
    expect(gone).toMatchObject({ code: 1, states: { "provider openai": "fail" } });
  });

  it("tells our own gateway on the port from another one and from other programs", async () => {
    const port = String(await listen("hello"));
    const taken = await examine({ TOKLIGENCE_FACADE_PORT: port });
    expect(taken).toMatchObject({ code: 1, states: { [`port ${port}`]: "fail" } });
    expect(taken.find(`port ${port}`)?.message).toContain("another program");

    const other = await startTestGateway();
    stops.push(() => other.stop());
    const otherPort = new URL(other.url).port;
    const foreign = await examine({ TOKLIGENCE_FACADE_PORT: otherPort });
    expect(foreign.find(`port ${otherPort}`)).toMatchObject({
      state: "fail",
      message: expect.stringContaining("another data folder"),
    });

    const own = await examine({ TOKLIGENCE_FACADE_PORT: otherPort }, ["--data-dir", other.dataDir]);
    expect(own.find(`port ${otherPort}`)).toMatchObject({
      state: "ok",
      message: expect.stringContaining("our running gateway"),
    });
    expect(own).toMatchObject({ code: 0, states: { gateway: "ok" } });
  });

  it("names every wrong setting and goes no further", async () => {
    const { code, checks } = await examine({ TOKLIGENCE_FACADE_PORT: "99999", TOKLIGENCE_LOG_LEVEL: "loud" });
    expect(code).toBe(1);
    expect(checks).toHaveLength(2);
    for (const check of checks)
      expect(check).toMatchObject({ name: "settings", state: "fail", hint: expect.stringContaining("allowed") });
  });

  it("names a configuration file that cannot be used", async () => {
    mkdirSync(join(home.path, "config"));
    writeFileSync(join(home.path, "config", "gateway.yaml"), "providers: [{ id: x, kind: nonsense }]");
    const { code, find } = await examine({ TOKLIGENCE_FACADE_PORT: "0" });
    expect(code).toBe(1);
    expect(find("configuration")?.message).toContain("gateway.yaml:1");
  });

  it("names a database that cannot be opened", async () => {
    writeFileSync(join(home.path, "broken.db"), "this is no database, and has never been one. ".repeat(100));
    const { code, find } = await examine({
      TOKLIGENCE_FACADE_PORT: "0",
      TOKLIGENCE_LEDGER_PATH: join(home.path, "broken.db"),
    });
    expect(code).toBe(1);
    expect(find("database")).toMatchObject({ state: "fail", message: expect.stringContaining("broken.db") });
  });

  it("warns of a data folder that others may write", async () => {
    mkdirSync(home.dataDir);
    chmodSync(home.dataDir, 0o777);
    const { states } = await examine({ TOKLIGENCE_FACADE_PORT: "0" });
    expect(states["data folder"]).toBe("warn");
  });

  it("examines a gateway elsewhere through its address", async () => {
    const other = await startTestGateway();
    stops.push(() => other.stop());
    const { code, states } = await examine({ TOKLIGENCE_URL: other.url, TOKLIGENCE_ADMIN_KEY: other.key });
    expect(code).toBe(0);
    expect(states).toMatchObject({ gateway: "ok", database: "ok", keys: "ok", clock: "ok" });
    expect(states).not.toHaveProperty("data folder");
    expect(await examine({ TOKLIGENCE_URL: "http://127.0.0.1:1" })).toMatchObject({ code: 3, checks: [] });
  });
});
