/** Budgets and rate limits as clients meet them, over real sockets. */
import { describe, expect, it } from "vitest";
import {
  answer,
  ask,
  asked,
  bodyOf,
  COST,
  finished,
  other,
  provider,
  start,
  TOKENS,
} from "../../support/budget-gateway.ts";
import { json } from "../../support/raw-provider.ts";
import { until } from "../../support/until.ts";

describe("a budget that is used up", () => {
  it.each([
    ["/v1/chat/completions", (body: { error: { code: string } }) => body.error.code, "insufficient_quota"],
    ["/v1/responses", (body: { error: { code: string } }) => body.error.code, "insufficient_quota"],
    ["/v1/messages", (body: { error: { type: string } }) => body.error.type, "billing_error"],
    ["/v1beta/models/m:generateContent", (body: { error: { code: number } }) => body.error.code, 402],
  ])("refuses at %s in the client's own words, and asks nobody", async (path, codeOf, code) => {
    const gateway = await start({ budgets: [{ id: "house", per: "user", limit: COST * 1.2 }] });
    await finished(gateway, await ask(gateway));
    const body = path.includes("v1beta")
      ? { contents: [{ role: "user", parts: [{ text: "x" }] }] }
      : path.endsWith("responses")
        ? { model: "m", input: "x" }
        : bodyOf();
    const reply = await gateway.post(path, body);
    const said = (await reply.json()) as never;
    expect([reply.status, codeOf(said)]).toEqual([402, code]);
    expect(JSON.stringify(said)).toContain("house");
    expect(reply.headers.get("retry-after")).not.toBeNull();
    expect(asked(provider)).toHaveLength(1);
    expect(await gateway.recordOf(reply)).toMatchObject({
      outcome: "refused",
      errorCode: "quota_exceeded",
      attempts: [],
    });
  });

  it("is warned of in a header before", async () => {
    const gateway = await start({
      budgets: [{ id: "house", per: "global", limit: COST * 4, at: [{ percent: 30, do: "warn" }] }],
    });
    const first = await ask(gateway);
    expect(first.headers.get("x-tokligence-budget-warning")).toBeNull();
    await finished(gateway, first);
    const second = await ask(gateway);
    expect(second.status).toBe(200);
    expect(second.headers.get("x-tokligence-budget-warning")).toMatch(/^house 25% of \$0\.0044, resets /);
  });

  it("lets another model answer where it says so, and the record says why", async () => {
    const gateway = await start({
      budgets: [
        {
          id: "dear",
          per: "user",
          limit: COST * 2.4,
          at: [
            { percent: 50, do: "downgrade", to: "small" },
            { percent: 1000, do: "block" },
          ],
        },
      ],
    });
    await finished(gateway, await ask(gateway));
    const reply = await ask(gateway);
    expect(reply.status).toBe(200);
    expect(reply.headers.get("x-tokligence-budget-downgrade")).toBe("dear; to=small");
    await reply.arrayBuffer();
    expect([asked(provider).length, asked(other).length]).toEqual([1, 1]);
    expect(JSON.parse(asked(other)[0]?.body.toString() ?? "{}")).toMatchObject({ model: "small" });
    const record = await gateway.recordOf(reply);
    expect(record).toMatchObject({ modelAsked: "m", modelRouted: "small", provider: "q", outcome: "completed" });
    expect(record.plan?.matched).toContain('budget "dear"');
  });
});

describe("rate limits", () => {
  it("turn a request away that is one too many in a minute, and say when the next one fits", async () => {
    const gateway = await start({ rate_limits: [{ id: "r", per: "key", requests_per_minute: 2 }] });
    const first = await ask(gateway);
    expect(first.headers.get("x-ratelimit-limit")).toBe("2");
    expect(first.headers.get("x-ratelimit-remaining")).toBe("1");
    expect(first.headers.get("x-ratelimit-remaining-requests")).toBe("1");
    await ask(gateway);
    const third = await ask(gateway);
    expect(third.status).toBe(429);
    expect(third.headers.get("x-ratelimit-remaining")).toBe("0");
    const waitSec = Number(third.headers.get("retry-after"));
    expect(waitSec).toBeGreaterThan(50);
    expect(waitSec).toBeLessThanOrEqual(61);
    expect(asked(provider)).toHaveLength(2);
    expect(await gateway.recordOf(third)).toMatchObject({ outcome: "refused", errorCode: "rate_limited" });
  });

  it("count the tokens that were used, not those that were feared", async () => {
    const gateway = await start({ rate_limits: [{ id: "r", per: "address", tokens_per_minute: 3 * TOKENS }] });
    // The whole minute is reserved, and all but what was used comes back.
    await finished(gateway, await ask(gateway, { max_tokens: 1_900 }));
    const second = await ask(gateway, { max_tokens: 900 });
    expect(second.status).toBe(200);
    await finished(gateway, second);
    const third = await ask(gateway, { max_tokens: 1_900 });
    expect(third.status).toBe(429);
    expect(third.headers.get("x-ratelimit-remaining-tokens")).toBe(String(TOKENS));
    const never = await ask(gateway, { max_tokens: 5_000 });
    expect(never.status).toBe(429);
    expect(await never.text()).toContain("this request alone");
  });

  it("hold a place for as long as the answer takes", async () => {
    const gateway = await start({ rate_limits: [{ id: "r", per: "user", concurrent: 1 }] });
    let release = (): void => {};
    provider.respond = (request, response) => {
      release = () => answer()(request, response);
    };
    const first = ask(gateway);
    await until(() => asked(provider).length === 1);
    const second = await ask(gateway);
    expect(second.status).toBe(429);
    expect(second.headers.get("retry-after")).toBe("1");
    release();
    await finished(gateway, await first);
    provider.respond = answer();
    for (let n = 0; n < 20; n++) {
      const next = await ask(gateway);
      expect(next.status).toBe(200);
      await next.arrayBuffer();
    }
  });

  it("of a provider send the request to the next one", async () => {
    const gateway = await start({
      rate_limits: [{ id: "p-only", per: "provider", only: ["p"], requests_per_minute: 1 }],
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
    const used = [];
    for (let n = 0; n < 3; n++) {
      const reply = await ask(gateway, { model: "both" });
      await reply.arrayBuffer();
      const { provider: who, outcome } = await gateway.recordOf(reply);
      used.push([who, outcome]);
    }
    expect(used).toEqual([
      ["p", "completed"],
      ["q", "completed"],
      ["q", "completed"],
    ]);
    const refused = await ask(gateway);
    expect(refused.status).toBe(429);
    expect(await refused.text()).toContain("This provider");
    expect(await gateway.recordOf(refused)).toMatchObject({ outcome: "refused", attempts: [] });
  });
});

describe("what is reserved", () => {
  it("keeps five hundred first requests at once within the budget", async () => {
    // Nobody has seen the user before.
    const limit = 100 * COST;
    const gateway = await start({ budgets: [{ id: "b", per: "user", limit }] });
    const statuses = await Promise.all(
      Array.from({ length: 500 }, async () => {
        const reply = await ask(gateway);
        await reply.arrayBuffer();
        return reply.status;
      }),
    );
    const through = statuses.filter((status) => status === 200).length;
    expect(new Set(statuses)).toEqual(new Set([200, 402]));
    expect(through).toBe(asked(provider).length);
    expect(through * COST).toBeLessThanOrEqual(limit);
    expect(through).toBeGreaterThan(80);
  });
});

describe("credit that is used up at one provider", () => {
  it("sends requests to another model once nobody else has theirs", async () => {
    const gateway = await start({
      budgets: [
        {
          id: "free",
          per: "provider",
          only: ["p"],
          kind: "pool",
          limit: COST * 1.2,
          at: [{ percent: 100, do: "downgrade", to: "small" }],
        },
      ],
    });
    await finished(gateway, await ask(gateway));
    const reply = await ask(gateway);
    expect([reply.status, reply.headers.get("x-tokligence-budget-downgrade")]).toEqual([200, "free; to=small"]);
    expect(asked(other)).toHaveLength(1);
  });
});

describe("the straight path", () => {
  it("reserves and refuses as well", async () => {
    const gateway = await start({ budgets: [{ id: "calls", per: "user", unit: "requests", limit: 1, window: "day" }] });
    const list = () =>
      fetch(`${gateway.url}/v1/files`, { headers: { authorization: `Bearer ${gateway.key}`, "x-provider": "p" } });
    provider.respond = json({ data: [] });
    const first = await list();
    expect(first.status).toBe(200);
    await finished(gateway, first);
    const second = await list();
    expect(second.status).toBe(402);
    expect(await second.text()).toContain("calls");
    expect(await gateway.recordOf(second)).toMatchObject({ outcome: "refused", attempts: [] });
  });
});
