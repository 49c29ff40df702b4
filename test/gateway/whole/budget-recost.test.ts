/** What requests have cost is corrected, and budgets count with what is right, wherever their counts are. */
import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { ReplyOf } from "../../../src-gateway/admin-api/contract/endpoints.ts";
import { describeOnPostgres } from "../../suites/store.suite.ts";
import {
  admin,
  answer,
  ask,
  bodyOf,
  COST,
  configOf,
  finished,
  nano,
  provider,
  spentOf,
  start,
} from "../../support/budget-gateway.ts";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { startRedis, type TestRedis } from "../../support/redis.ts";

/** What was asked for so far cost twice as much, and what comes does. */
async function doublePrices(gateway: TestGateway, limits: object): Promise<void> {
  const config = configOf(limits);
  const prices = config.prices.map((price) => ({ ...price, input: "2", output: "20" }));
  writeFileSync(gateway.configFile, JSON.stringify({ ...config, prices }));
  await admin(gateway, "/config/reload", {});
  const { id } = await admin<ReplyOf<"recostLedger">>(gateway, "/ledger/recost", { apply: true, reason: "dearer" });
  await expect
    .poll(() => admin<ReplyOf<"getLedgerJob">>(gateway, `/ledger/jobs/${id}`), { timeout: 10_000 })
    .toMatchObject({ state: "done", result: { changed: 3 } });
}

it("counts with corrected costs what was spent before, and refuses by them", async () => {
  const limits = { budgets: [{ id: "b", per: "user", limit: COST * 6.5 }] };
  const gateway = await start(limits);
  for (let n = 0; n < 3; n++) await finished(gateway, await ask(gateway));
  expect(await spentOf(gateway)).toBe(nano(COST * 3));
  await doublePrices(gateway, limits);
  expect(await spentOf(gateway)).toBe(nano(COST * 6));
  expect((await ask(gateway)).status).toBe(402);
});

describeOnPostgres("two gateways that share their counts", (_database, server) => {
  let redis: TestRedis | { skipped: string };
  const gateways: TestGateway[] = [];
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(async () => {
    for (const gateway of gateways) await gateway.stop();
    if ("url" in redis) await redis.stop();
  });

  it("both count with what one of them has corrected (needs Redis)", async (context) => {
    if ("skipped" in redis) return context.skip(redis.skipped);
    provider.respond = answer();
    const limits = { budgets: [{ id: "b", per: "user", limit: COST * 6.5 }] };
    const env = {
      TOKLIGENCE_AUTH_SECRET: "shared-secret-of-all-the-replicas-here",
      TOKLIGENCE_REDIS_URL: redis.url,
      TOKLIGENCE_REDIS_WAIT_MS: "1000",
    };
    const ledgerUrl = await server.url("recost");
    for (let n = 0; n < 2; n++) gateways.push(await startTestGateway({ config: configOf(limits), ledgerUrl, env }));
    const [first, second] = gateways as [TestGateway, TestGateway];
    const { key } = first;
    const other = { ...second, key };
    const headers = { authorization: `Bearer ${key}` };
    for (let n = 0; n < 3; n++) {
      await (await second.post("/v1/chat/completions", bodyOf(), headers)).arrayBuffer();
    }
    // They are in the ledger that both have.
    await first.exchanges(3);
    expect(await spentOf(other)).toBe(nano(COST * 3));
    await doublePrices(first, limits);
    expect(await spentOf(other)).toBe(nano(COST * 6));
    expect((await second.post("/v1/chat/completions", bodyOf({ max_tokens: 2_000 }), headers)).status).toBe(402);
  }, 30_000);
});
