/** What was reserved is given back, and what the ledger has is not forgotten. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  admin,
  answer,
  ask,
  asked,
  bodyOf,
  budgetsOf,
  COST,
  configOf,
  finished,
  nano,
  post,
  provider,
  spentOf,
  start,
  stops,
  TOKENS,
} from "../../support/budget-gateway.ts";
import { json } from "../../support/raw-provider.ts";
import { until } from "../../support/until.ts";

describe("what is given back", () => {
  it("is all of it after failures and after clients that left, so the next wave gets through", async () => {
    const gateway = await start({
      budgets: [{ id: "b", per: "user", limit: COST * 10.5 }],
      rate_limits: [{ id: "at-once", per: "user", concurrent: 8 }],
    });
    provider.respond = json({ error: { message: "no" } }, 400);
    const failed = await Promise.all(Array.from({ length: 8 }, () => ask(gateway)));
    for (const reply of failed) await finished(gateway, reply);
    expect(failed.map(({ status }) => status)).toEqual(failed.map(() => 400));
    expect(await spentOf(gateway)).toBe(0);

    provider.respond = () => {};
    const leaving = new AbortController();
    const left = Array.from({ length: 8 }, () =>
      fetch(`${gateway.url}/v1/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${gateway.key}` },
        body: JSON.stringify(bodyOf()),
        signal: leaving.signal,
      }).catch(() => null),
    );
    await until(() => asked(provider).length === 16);
    leaving.abort();
    await Promise.all(left);
    expect(await spentOf(gateway)).toBe(0);

    provider.respond = answer();
    for (const wave of [8, 1]) {
      const replies = await Promise.all(Array.from({ length: wave }, () => ask(gateway)));
      expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 200));
      for (const reply of replies) await finished(gateway, reply);
    }
    expect(await spentOf(gateway)).toBe(nano(COST * 9));
    expect((await ask(gateway)).status).toBe(200);
    expect((await ask(gateway)).status).toBe(402);
  });

  it("leaves what failed attempts did not use to the provider that answers", async () => {
    const gateway = await start({
      budgets: [{ id: "b", per: "provider", only: ["p"], unit: "tokens", limit: 10 * TOKENS }],
      routes: [
        {
          match: "both",
          targets: [
            { provider: "p", model: "m" },
            { provider: "q", model: "small" },
          ],
        },
      ],
    });
    provider.respond = json({ error: { message: "down" } }, 500);
    const reply = await ask(gateway, { model: "both" });
    expect(reply.status).toBe(200);
    await reply.arrayBuffer();
    expect((await gateway.recordOf(reply)).provider).toBe("q");
    expect(await spentOf(gateway)).toBe(0);
    provider.respond = answer();
    await until(async () => {
      const again = await ask(gateway, { model: "m" });
      await again.arrayBuffer();
      return again.status === 200;
    }, 50);
    expect(await spentOf(gateway)).toBe(TOKENS);
  });
});

describe("what the ledger has", () => {
  it("counts after a restart, and what was turned away does not", async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "tokligence-budgets-"));
    stops.push(async () => rmSync(dataDir, { recursive: true, force: true }));
    const limits = { budgets: [{ id: "few", per: "user", unit: "requests", limit: 3, window: "day" }] };
    const first = await start(limits, { dataDir });
    for (let n = 0; n < 2; n++) await finished(first, await ask(first));
    await finished(first, await ask(first, { model: "nobody-has-it" }));
    await first.stop();
    const second = await start(limits, { dataDir });
    second.key = first.key;
    const again = () =>
      fetch(`${second.url}/v1/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${first.key}` },
        body: JSON.stringify(bodyOf()),
      }).then(({ status }) => status);
    expect(await again()).toBe(200);
    expect(await again()).toBe(402);
  });

  it("counts for a budget that comes by a reload, with what ran before it", async () => {
    const gateway = await start({});
    expect(await budgetsOf(gateway)).toEqual({ counts: null, budgets: [] });
    const plain = await ask(gateway);
    expect([...plain.headers.keys()].filter((name) => name.startsWith("x-ratelimit"))).toEqual([]);
    await finished(gateway, plain);
    let release = (): void => {};
    provider.respond = (request, response) => {
      release = () => answer()(request, response);
    };
    const running = ask(gateway);
    await until(() => asked(provider).length === 2);

    const limits = { budgets: [{ id: "late", per: "global", limit: COST * 3.5 }] };
    writeFileSync(gateway.configFile, JSON.stringify(configOf(limits)));
    await admin(gateway, "/config/reload", {});
    await until(async () => (await budgetsOf(gateway)).counts === "memory", 5);
    expect(await spentOf(gateway)).toBe(nano(COST));
    release();
    await finished(gateway, await running);
    await until(async () => (await spentOf(gateway)) === nano(COST * 2), 5);
    provider.respond = answer();
    await finished(gateway, await ask(gateway));
    expect(await spentOf(gateway)).toBe(nano(COST * 3));
    expect((await ask(gateway)).status).toBe(402);

    // Nothing is limited any more, and what is spent meanwhile is not forgotten when it is again.
    writeFileSync(gateway.configFile, JSON.stringify(configOf({})));
    await admin(gateway, "/config/reload", {});
    await until(async () => (await budgetsOf(gateway)).counts === null, 5);
    await finished(gateway, await ask(gateway));
    writeFileSync(gateway.configFile, JSON.stringify(configOf({ budgets: [{ id: "late", per: "global", limit: 1 }] })));
    await admin(gateway, "/config/reload", {});
    await until(async () => (await budgetsOf(gateway)).counts === "memory", 5);
    expect(await spentOf(gateway)).toBe(nano(COST * 4));
  });

  it("is asked by agent, project and provider, whatever the version and the case", async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "tokligence-budgets-"));
    stops.push(async () => rmSync(dataDir, { recursive: true, force: true }));
    const first = await start({}, { dataDir });
    const who = { "x-tokligence-project": "Alpha", "user-agent": "claude-cli/2.1.0 (external, cli)" };
    await finished(first, await ask(first, {}, who));
    await first.stop();
    const limits = ["agent", "project", "provider", "key", "user"].map((per) => ({ id: per, per, limit: 1 }));
    const second = await start({ budgets: limits }, { dataDir });
    second.key = first.key;
    await (await post(second, first.key, { ...who, "user-agent": "claude-cli/2.2.0" })).arrayBuffer();
    await until(async () => (await budgetsOf(second)).budgets.every(({ held }) => held === 0), 5);
    const { budgets } = await budgetsOf(second);
    expect(budgets.map(({ budget, spent }) => [budget, spent])).toEqual(limits.map(({ id }) => [id, nano(COST * 2)]));
  });
});
