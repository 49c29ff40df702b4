/** What the operating page asks: who works on the database, who waits, what is still to be written. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { json, type RawProvider, startRawProvider } from "../../support/raw-provider.ts";
import { until } from "../../support/until.ts";
import { ask, newUser, rootClient } from "./admin-client.ts";

/** Gateways that share a database share it. */
const SHARED = { TOKLIGENCE_AUTH_SECRET: "a-secret-of-more-than-thirty-two-characters" };

let provider: RawProvider;
let gateway: TestGateway;
beforeAll(async () => {
  provider = await startRawProvider();
  gateway = await startTestGateway({
    env: SHARED,
    config: {
      providers: [
        {
          id: "slow",
          kind: "openai-compatible",
          base_url: `${provider.url}/v1`,
          models: ["slow"],
          options: { max_concurrency: 1 },
        },
      ],
    },
  });
});
afterAll(async () => {
  await gateway.stop();
  await provider.stop();
});

describe("operations", () => {
  it("name the gateway that answers, and every other one on the same database", async () => {
    const root = rootClient(gateway);
    const { replicas, analytics, ledger } = await root.call("getOperations");
    expect(replicas).toMatchObject([{ pid: process.pid, isAlive: true, isSelf: true }]);
    expect(replicas[0]?.lastSeenUs).toBeGreaterThanOrEqual(replicas[0]?.startedAtUs ?? Number.NaN);
    expect(analytics).toBeNull();
    expect(ledger.spooledBytes).toBe(0);

    const other = await startTestGateway({ env: SHARED, ledgerUrl: join(gateway.dataDir, "ledger.db") });
    try {
      const both = (await root.call("getOperations")).replicas;
      expect(both.map(({ isSelf }) => isSelf)).toEqual([true, false]);
    } finally {
      await other.stop();
    }
    expect((await root.call("getOperations")).replicas).toHaveLength(1);
  });

  it("count who is let in and who waits, by limit", async () => {
    const root = rootClient(gateway);
    let letGo = (): void => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const answer = { id: "1", object: "chat.completion", created: 1, model: "slow", choices: [] };
    provider.respond = (request, response) => void held.then(() => json(answer)(request, response));
    const asked = [ask(gateway, gateway.key, "slow"), ask(gateway, gateway.key, "slow")];
    const admission = async () => (await root.call("getOperations")).admission;
    await until(async () => (await admission())?.waiting === 1, 10);
    const limits = (await admission())?.limits;
    expect(limits).toContainEqual({ kind: "provider", name: "slow", inFlight: 1, waiting: 1, maximum: 1 });
    letGo();
    await Promise.all(asked);
    await until(async () => (await admission())?.inFlight === 0, 10);
  });

  it("say how much waits in a file, and are for administrators", async () => {
    const root = rootClient(gateway);
    writeFileSync(join(gateway.dataDir, "unsaved-exchanges.ndjson"), "");
    expect((await root.call("getOperations")).ledger.spooledBytes).toBe(0);
    const { token } = await newUser(gateway, "user@example.com", "gateway_user");
    const reply = await fetch(`${gateway.url}/api/v1/gateway/operations`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(reply.status).toBe(403);
  });
});
