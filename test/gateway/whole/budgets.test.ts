/** Budgets and rate limits as clients meet them: over real sockets, with a provider that counts what it is asked. */
import { writeFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { json, type RawProvider, type RawRequest, startRawProvider } from "../../support/raw-provider.ts";
import { until } from "../../support/until.ts";

let provider: RawProvider;
let other: RawProvider;
beforeAll(async () => {
  [provider, other] = await Promise.all([startRawProvider(), startRawProvider()]);
});
afterAll(() => Promise.all([provider.stop(), other.stop()]));
beforeEach(() => {
  for (const each of [provider, other]) {
    each.requests.length = 0;
    each.respond = answer();
  }
});

let stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.reverse()) await stop();
  stops = [];
});

/** Each answer uses a thousand tokens of input and ten of output: $0.0011 at the prices below. */
const USED = { prompt_tokens: 1_000, completion_tokens: 10 };
const COST = 0.0011;
const TOKENS = 1_010;

const answer =
  (usage: object | null = USED): RawProvider["respond"] =>
  (request, response) => {
    const { model, stream } = JSON.parse(request.body.toString()) as { model: string; stream?: boolean };
    if (!stream) {
      const message = { role: "assistant", content: "hi" };
      return json({ id: "x", model, choices: [{ index: 0, message, finish_reason: "stop" }], usage })(
        request,
        response,
      );
    }
    response.writeHead(200, { "content-type": "text/event-stream" });
    const choice = { index: 0, delta: { content: "hi" }, finish_reason: "stop" };
    response.end(`data: ${JSON.stringify({ model, choices: [choice], usage })}\n\ndata: [DONE]\n\n`);
  };

const instance = (id: string, at: RawProvider, models: string[], more: object = {}) => ({
  id,
  kind: "openai-compatible",
  base_url: `${at.url}/v1`,
  models,
  ...more,
});
const configOf = (limits: object) => ({
  providers: [instance("p", provider, ["m", "cheap"]), instance("q", other, ["small"])],
  prices: [
    { provider: "p", model: "m", input: "1", output: "10" },
    { provider: "p", model: "cheap", input: "0.1", output: "0.1" },
    { provider: "q", model: "small", input: "0.1", output: "0.1" },
  ],
  ...limits,
});

async function start(limits: object, env: Record<string, string> = {}): Promise<TestGateway> {
  const gateway = await startTestGateway({ config: configOf(limits), env: { TOKLIGENCE_KEEP_ALIVE_MS: "40", ...env } });
  stops.push(() => gateway.stop());
  return gateway;
}

let tags = 0;
/** So long that the estimate is a little more than what is used. */
const bodyOf = (more: object = {}): object => ({
  model: "m",
  max_tokens: 10,
  messages: [{ role: "user", content: `hello ${++tags} ${"x".repeat(3_000)}` }],
  ...more,
});
const ask = (gateway: TestGateway, more: object = {}, headers: Record<string, string> = {}): Promise<Response> =>
  gateway.post("/v1/chat/completions", bodyOf(more), headers);
/** The rows are written and the reservations settled. */
const finished = async (gateway: TestGateway, reply: Response): Promise<void> => {
  await reply.arrayBuffer();
  await gateway.recordOf(reply);
};
const asked = ({ requests }: RawProvider, tag = ""): RawRequest[] =>
  requests.filter(({ body, method }) => method === "POST" && body.includes(tag));

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
