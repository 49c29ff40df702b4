/** Three gateways, one PostgreSQL, one Redis: one budget. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeOnPostgres } from "../../suites/store.suite.ts";
import { answer, asked, bodyOf, COST, configOf, provider } from "../../support/budget-gateway.ts";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { startRedis, type TestRedis } from "../../support/redis.ts";

describeOnPostgres("three replicas that share a Redis", (_database, server) => {
  let redis: TestRedis | { skipped: string };
  let gateways: TestGateway[] = [];
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(async () => {
    for (const gateway of gateways) await gateway.stop();
    if ("url" in redis) await redis.stop();
  });

  it("spend no more of a budget than there is, and say so when they count apart (needs Redis)", async (context) => {
    if ("skipped" in redis) return context.skip(redis.skipped);
    provider.respond = answer();
    const limit = 100 * COST;
    const ledgerUrl = await server.url("budgets");
    for (let n = 0; n < 3; n++) {
      gateways.push(
        await startTestGateway({
          config: configOf({ budgets: [{ id: "b", per: "user", limit }] }),
          ledgerUrl,
          env: {
            TOKLIGENCE_AUTH_SECRET: "shared-secret-of-all-the-replicas-here",
            TOKLIGENCE_REDIS_URL: redis.url,
            // The processes of a test share two processors: silence is not death here.
            TOKLIGENCE_REDIS_WAIT_MS: "1000",
          },
        }),
      );
    }
    const key = gateways[0]?.key ?? "";
    const headers = { authorization: `Bearer ${key}` };
    const statuses = await Promise.all(
      Array.from({ length: 500 }, async (_, n) => {
        const reply = await gateways[n % 3]?.post("/v1/chat/completions", bodyOf(), headers);
        await reply?.arrayBuffer();
        return reply?.status;
      }),
    );
    expect(new Set(statuses)).toEqual(new Set([200, 402]));
    const through = statuses.filter((status) => status === 200).length;
    expect(through).toBe(asked(provider).length);
    expect(through).toBeGreaterThan(80);
    expect(through).toBeLessThanOrEqual(100);

    const health = async (): Promise<unknown> => (await fetch(`${gateways[1]?.url}/health`)).json();
    expect(await health()).toMatchObject({ budgetCounts: "shared" });
    await redis.kill();
    await expect.poll(health, { timeout: 10_000 }).toMatchObject({ budgetCounts: "apart" });
    const after = await gateways[1]?.post("/v1/chat/completions", bodyOf(), headers);
    expect([200, 402]).toContain(after?.status);
  });
});
