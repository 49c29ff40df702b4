/** Budgets and rate limits as clients meet them: over real sockets, with a provider that counts what it is asked. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ReplyOf } from "../../../src-gateway/admin-api/contract/endpoints.ts";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { json, type RawProvider, type RawRequest, startRawProvider } from "../../support/raw-provider.ts";
import { until } from "../../support/until.ts";
import { newHome } from "../cli/run-cli.ts";

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

async function start(limits: object, more: { env?: object; dataDir?: string } = {}): Promise<TestGateway> {
  const { env = {}, ...where } = more;
  const gateway = await startTestGateway({
    config: configOf(limits),
    env: { TOKLIGENCE_KEEP_ALIVE_MS: "40", ...env },
    ...where,
  });
  let isStopped = false;
  const { stop } = gateway;
  gateway.stop = async () => {
    if (!isStopped) await stop();
    isStopped = true;
  };
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

const admin = async <Answer>(gateway: TestGateway, path: string, body?: object): Promise<Answer> => {
  const reply = await fetch(`${gateway.url}/api/v1${path}`, {
    headers: { authorization: `Bearer ${gateway.key}`, "content-type": "application/json" },
    ...(body ? { method: "POST", body: JSON.stringify(body) } : {}),
  });
  return (await reply.json()) as Answer;
};
const budgetsOf = (gateway: TestGateway): Promise<ReplyOf<"listBudgets">> => admin(gateway, "/budgets");
const asksOf = (gateway: TestGateway): Promise<ReplyOf<"listBudgetAsks">> => admin(gateway, "/budgets/asks");
/** What is spent of the only budget once nothing is reserved any more, in its own unit. */
const spentOf = async (gateway: TestGateway): Promise<number> => {
  let found: ReplyOf<"listBudgets">["budgets"][number] | undefined;
  await until(async () => {
    [found] = (await budgetsOf(gateway)).budgets;
    return found?.held === 0;
  }, 5);
  return found?.spent ?? -1;
};
const nano = (dollars: number): number => Math.round(dollars * 1e9);

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

describe("a budget that asks", () => {
  const asking = (wait = "1m") => ({
    budgets: [{ id: "careful", per: "user", limit: COST * 1.2, at: [{ percent: 100, do: "ask", wait }] }],
  });
  /** One request is through, and the next one waits. */
  async function waiting(gateway: TestGateway, init: { stream: boolean; signal?: AbortSignal }) {
    await finished(gateway, await ask(gateway));
    return another(gateway, init);
  }
  async function another(gateway: TestGateway, { stream, signal }: { stream: boolean; signal?: AbortSignal }) {
    const reply = fetch(`${gateway.url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${gateway.key}` },
      body: JSON.stringify(bodyOf({ stream })),
      signal: signal ?? null,
    });
    reply.catch(() => {});
    let asks = await asksOf(gateway);
    await until(async () => (asks = await asksOf(gateway)).length === 1, 5);
    const [open] = asks;
    if (!open) throw new Error("nobody asks");
    return { reply, open };
  }

  it("holds a stream with signs of life until somebody agrees", async () => {
    const gateway = await start(asking());
    const { reply, open } = await waiting(gateway, { stream: true });
    expect(open).toMatchObject({ met: { budget: "careful", action: "ask" }, about: { model: "m" } });
    const stream = (await reply).body?.pipeThrough(new TextDecoderStream()).getReader();
    let before = "";
    while (before.split("\n\n").length < 4) {
      const piece = await stream?.read();
      if (!piece || piece.done) throw new Error(`it ended with ${before}`);
      before += piece.value;
    }
    expect(asked(provider)).toHaveLength(1);
    expect(await admin(gateway, `/budgets/asks/${open.id}`, { approve: true })).toEqual({
      id: open.id,
      approved: true,
    });
    let after = "";
    for (let piece = await stream?.read(); piece && !piece.done; piece = await stream?.read()) after += piece.value;
    expect(after).toContain("[DONE]");
    expect(asked(provider)).toHaveLength(2);
    expect(await asksOf(gateway)).toEqual([]);
    expect(await spentOf(gateway)).toBe(nano(2 * COST));
  });

  it("refuses when somebody says no, in the stream where it has begun and with 402 where it has not", async () => {
    const gateway = await start(asking());
    const { reply, open } = await waiting(gateway, { stream: false });
    await admin(gateway, `/budgets/asks/${open.id}`, { approve: false });
    expect((await reply).status).toBe(402);
    expect(await (await reply).text()).toContain("nobody agreed");
    const second = await another(gateway, { stream: true });
    const begun = await second.reply;
    expect(begun.status).toBe(200);
    await admin(gateway, `/budgets/asks/${second.open.id}`, { approve: false });
    expect(await begun.text()).toContain("nobody agreed");
    expect(asked(provider)).toHaveLength(1);
  });

  it("refuses when nobody answers in time", async () => {
    const gateway = await start(asking("1s"));
    const { reply, open } = await waiting(gateway, { stream: false });
    expect((await reply).status).toBe(402);
    expect(await gateway.recordOf(await reply)).toMatchObject({ outcome: "refused", errorCode: "quota_exceeded" });
    const late = await admin<{ error: { code: string } }>(gateway, `/budgets/asks/${open.id}`, { approve: true });
    expect(late.error.code).toBe("not_found");
  });

  it("forgets a client that leaves, and keeps nobody from their place meanwhile", async () => {
    const gateway = await start({ ...asking(), routes: [] }, { env: { TOKLIGENCE_MAX_IN_FLIGHT: "1" } });
    const leaving = new AbortController();
    const { open } = await waiting(gateway, { stream: true, signal: leaving.signal });
    const free = await gateway.post("/v1/chat/completions", { model: "loopback", messages: [] });
    expect(free.status).not.toBe(503);
    leaving.abort();
    await until(async () => (await asksOf(gateway)).length === 0, 5);
    const [row] = await gateway.exchanges(1, ({ requestId }) => requestId === open.id);
    expect(row).toMatchObject({ outcome: "client_aborted", attempts: [] });
    expect(await spentOf(gateway)).toBe(nano(COST));
  });

  it("is answered on the command line", async () => {
    const gateway = await start(asking());
    const home = newHome();
    stops.push(async () => home.remove());
    const run = (...args: string[]) =>
      home.run(["--url", gateway.url, "budgets", ...args], { TOKLIGENCE_ADMIN_KEY: gateway.key });
    expect((await run("asks")).out).toContain("No request waits.");
    const { reply, open } = await waiting(gateway, { stream: false });
    expect((await run("asks")).out).toContain(open.id);
    expect((await run()).out).toContain("careful");
    expect((await run("approve", open.id)).out).toContain("goes on");
    expect((await reply).status).toBe(200);
    expect((await run("deny", open.id)).code).not.toBe(0);
  });

  it("refuses whoever waits when the gateway stops", async () => {
    const gateway = await start(asking());
    const { reply } = await waiting(gateway, { stream: false });
    await gateway.stop();
    expect((await reply).status).toBe(402);
  });
});

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
    expect(await (await ask(gateway)).status).toBe(200);
    expect(await (await ask(gateway)).status).toBe(402);
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
    const post = () =>
      fetch(`${second.url}/v1/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${first.key}` },
        body: JSON.stringify(bodyOf()),
      }).then(({ status }) => status);
    expect(await post()).toBe(200);
    expect(await post()).toBe(402);
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

const post = (gateway: TestGateway, key: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${gateway.url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${key}`, ...headers },
    body: JSON.stringify(bodyOf()),
  });
