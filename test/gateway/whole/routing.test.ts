import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { BodyOf } from "../../../src-gateway/admin-api/contract/endpoints.ts";
import type { ExchangeView } from "../../../src-gateway/admin-api/contract/schemas.ts";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { json, type RawProvider, startRawProvider } from "../../support/raw-provider.ts";
import { newUser, rootClient } from "../admin-api/admin-client.ts";

const NAMES = ["a", "b", "c"] as const;
type Name = (typeof NAMES)[number];
let providers: Record<Name, RawProvider>;
let gateway: TestGateway;

const of = (provider: Name, more: object = {}) => ({ provider, ...more });
const when = (header: string) => ({ header: { "x-tier": header } });
const routes = [
  { match: "single", targets: ["b"] },
  { match: "fallback", strategy: "fallback", targets: ["c", "a"] },
  { match: "weighted", strategy: "weighted", targets: [of("a", { weight: 0 }), of("b", { weight: 2 })] },
  { match: "shares", strategy: "weighted", targets: ["a", "b"] },
  { match: "fastest", strategy: "least-latency", explore: 0, targets: ["a", "b"] },
  {
    match: "cheapest",
    strategy: "cheapest",
    min_quality: 0.5,
    targets: [
      of("a", { cost: 3, quality: 0.9 }),
      of("b", { cost: 0, quality: 0.1 }),
      of("c", { cost: 1, quality: 0.6 }),
    ],
  },
  { match: "conditional", strategy: "conditional", targets: [of("a", { when: when("gold") }), "c"] },
  { match: "content", strategy: "content", targets: [of("a", { when: { contains: "zebra" } }), "b"] },
  { match: "ab", strategy: "ab", targets: [of("a", { variant: "old" }), of("b", { variant: "new" })] },
  { match: "sticky", strategy: "sticky", targets: ["a", "b", "c"] },
  {
    match: "nested",
    strategy: "fallback",
    targets: [{ strategy: "weighted", targets: [of("c"), of("a", { weight: 0 })] }, "b"],
  },
  { match: "secret-*", when: { key: "nobody-has-this" }, targets: ["c"] },
  { match: "secret-*", targets: ["a"] },
  { match: "of-a-team", when: { team: "data" }, targets: ["b"] },
  { match: "of-a-team", targets: ["a"] },
];

beforeAll(async () => {
  const [a, b, c] = await Promise.all([startRawProvider(), startRawProvider(), startRawProvider()]);
  providers = { a, b, c };
  const provider = (id: Name) => ({
    id,
    kind: "openai-compatible",
    base_url: `${providers[id].url}/v1`,
    models: [`only-${id}`],
  });
  gateway = await startTestGateway({
    config: { providers: NAMES.map(provider), routes, aliases: { nickname: "fallback" } },
    env: { TOKLIGENCE_RETRY_BASE_MS: "1" },
  });
});
afterAll(async () => {
  await gateway.stop();
  await Promise.all(NAMES.map((name) => providers[name].stop()));
});
beforeEach(() => {
  for (const name of NAMES) {
    providers[name].requests.length = 0;
    providers[name].respond = answer;
  }
});

const chunk = (delta: object, finish: string | null = null): string =>
  `data: ${JSON.stringify({ id: "1", object: "chat.completion.chunk", created: 1, model: "m", choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;

/** The usual answer of a provider, as a stream where one is asked for. */
const answer: RawProvider["respond"] = (request, response) => {
  if (!request.body.includes('"stream":true')) {
    const message = { role: "assistant", content: "Hi" };
    const choices = [{ index: 0, message, finish_reason: "stop" }];
    return json({ id: "1", object: "chat.completion", created: 1, model: "m", choices })(request, response);
  }
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.end(`${chunk({ role: "assistant", content: "Hi" })}${chunk({}, "stop")}data: [DONE]\n\n`);
};

let turn = 0;
/** No two are turns of one conversation, which would stay where its first one went. */
const bodyFor = (model: string, more: object = {}) => ({
  model,
  messages: [{ role: "user", content: `Question ${++turn}` }],
  ...more,
});

/** The record of a request, once its answer was read. */
async function ask(body: object, headers: Record<string, string> = {}): Promise<ExchangeView> {
  const reply = await gateway.post("/v1/chat/completions", body, headers);
  await reply.text();
  return gateway.recordOf(reply);
}

/** Of requests with the key that all are made with. */
const explain = (question: BodyOf<"explainRoute">) =>
  rootClient(gateway).call("explainRoute", { body: { key: "first key", ...question } });
const asked = (): Name[] => NAMES.filter((name) => providers[name].requests.length > 0);

describe.each([
  ["in one piece", {}],
  ["as a stream", { stream: true }],
])("an answer %s", (_, form) => {
  it.each<[string, Name, Record<string, string>, object]>([
    ["single", "b", {}, {}],
    ["fallback", "c", {}, {}],
    ["nickname", "c", {}, {}],
    ["weighted", "b", {}, {}],
    ["cheapest", "c", {}, {}],
    ["conditional", "a", { "x-tier": "gold" }, {}],
    ["conditional", "c", {}, {}],
    ["content", "a", {}, { messages: [{ role: "user", content: "Which zebra?" }] }],
    ["content", "b", {}, {}],
    ["nested", "c", {}, {}],
    ["only-b", "b", {}, {}],
    ["a/anything", "a", {}, {}],
    ["single", "a", { "x-provider": "a" }, {}],
    ["single", "c", {}, { tokligence_provider: "c" }],
  ])("of %s comes from %s, for the reason that was told before", async (model, expected, headers, more) => {
    const body = bodyFor(model, { ...form, ...more });
    const told = await explain({ model, headers, body });
    const record = await ask(body, headers);
    expect(asked()).toEqual([expected]);
    expect(record).toMatchObject({ outcome: "completed", provider: expected, plan: told.plan });
    expect(record.plan?.targets[0]).toMatchObject({ provider: expected, reason: record.attempts[0]?.reason });
    expect(told).toMatchObject({ model, byChance: false, error: null });
    expect(providers[expected].requests[0]?.body.toString()).not.toContain("tokligence_provider");
  });

  it("of a weighted route comes from each target in its turn", async () => {
    expect((await explain({ model: "shares" })).byChance).toBe(true);
    const records = await Promise.all(Array.from({ length: 40 }, () => ask(bodyFor("shares", form))));
    expect(new Set(records.map(({ provider }) => provider))).toEqual(new Set(["a", "b"]));
  });

  it("of an A/B test keeps its variant for a session, and the record names it", async () => {
    const seen = new Map<string | null, Name>();
    for (let session = 0; session < 12; session++) {
      const headers = { "x-session-id": `session-${session}` };
      const told = await explain({ model: "ab", headers });
      for (let again = 0; again < 2; again++) {
        const { plan, provider } = await ask(bodyFor("ab", form), headers);
        expect(plan).toEqual(told.plan);
        expect([plan?.variant, provider]).toEqual(told.plan.variant === "old" ? ["old", "a"] : ["new", "b"]);
        seen.set(plan?.variant ?? null, provider as Name);
      }
    }
    expect(seen).toEqual(new Map(Object.entries({ old: "a", new: "b" })));
  });

  it("of a sticky route comes from the same target for a session", async () => {
    const used = new Set<string | null>();
    for (let session = 0; session < 12; session++) {
      const headers = { "x-session-id": `sticky-${session}` };
      const told = await explain({ model: "sticky", headers });
      const records = [await ask(bodyFor("sticky", form), headers), await ask(bodyFor("sticky", form), headers)];
      for (const { plan, provider } of records) {
        expect(plan).toEqual(told.plan);
        expect(provider).toBe(told.plan.targets[0]?.provider);
        used.add(provider);
      }
    }
    expect(used.size).toBeGreaterThan(1);
  });
});

describe("a route by latency", () => {
  it("goes to the fastest once it knows who that is", async () => {
    providers.a.respond = (request, response) => void setTimeout(() => answer(request, response), 60);
    for (;;) {
      const { health } = await explain({ model: "fastest" });
      if (health.every(({ firstTokenP50Ms }) => firstTokenP50Ms !== null)) break;
      await Promise.all([
        ask(bodyFor("fastest", { stream: true }), { "x-provider": "a" }),
        ask(bodyFor("fastest", { stream: true }), { "x-provider": "b" }),
      ]);
    }
    const told = await explain({ model: "fastest" });
    const record = await ask(bodyFor("fastest", { stream: true }));
    expect(record).toMatchObject({ provider: "b", plan: told.plan });
    expect(record.plan?.targets.map(({ reason }) => reason)).toEqual([
      expect.stringMatching(/target 1 of 2: first token after \d+ ms/),
      expect.stringMatching(/target 2 of 2: first token after \d+ ms/),
    ]);
  });
});

describe("a team", () => {
  it("is that of the key's scope, and routes can ask for it", async () => {
    const { user } = await newUser(gateway, "team@example.com", "gateway_user");
    const body = { name: "of the team", scopes: ["team:data"] };
    const { token } = await rootClient(gateway).call("createUserKey", { params: { id: user.id }, body });
    expect(await ask(bodyFor("of-a-team"))).toMatchObject({ provider: "a" });
    const reply = await gateway.post("/v1/chat/completions", bodyFor("of-a-team"), {
      authorization: `Bearer ${token}`,
    });
    expect(reply.status).toBe(200);
    expect(asked()).toEqual(["a", "b"]);
  });
});

describe("the caller's choice", () => {
  const images = { prompt: "a cat", model: "only-b" };

  it("is bounded by the scopes of its key, on every surface", async () => {
    const { user } = await newUser(gateway, "bounded@example.com", "gateway_user");
    const body = { name: "bounded", scopes: ["provider:a"] };
    const { token } = await rootClient(gateway).call("createUserKey", { params: { id: user.id }, body });
    const statusOf = async (path: string, what: object, headers: Record<string, string> = {}) =>
      (await gateway.post(path, what, { authorization: `Bearer ${token}`, ...headers })).status;
    const chat = "/v1/chat/completions";
    expect(await statusOf(chat, bodyFor("single"), { "x-provider": "a" })).toBe(200);
    expect(await statusOf(chat, bodyFor("a/x"))).toBe(200);
    expect(await statusOf(chat, bodyFor("single"))).toBe(200);
    expect(asked()).toEqual(["a", "b"]);
    for (const name of NAMES) providers[name].requests.length = 0;
    expect(await statusOf(chat, bodyFor("single"), { "x-provider": "b" })).toBe(403);
    expect(await statusOf(chat, bodyFor("b/x"))).toBe(403);
    expect(await statusOf(chat, bodyFor("single", { tokligence_provider: "b" }))).toBe(403);
    expect(await statusOf("/v1/images/generations", images, { "x-provider": "b" })).toBe(403);
    expect(await statusOf("/v1/images/generations?provider=b", images)).toBe(403);
    expect(await statusOf("/b/v1/images/generations", images)).toBe(403);
    expect(await statusOf("/v1/images/generations", { ...images, model: "b/x" })).toBe(403);
    expect(asked()).toEqual([]);
    const told = await explain({ model: "single", key: "bounded", headers: { "X-Provider": "b" } });
    expect(told).toMatchObject({ error: { status: 403, code: "forbidden" }, plan: { targets: [] } });
  });

  it("stands on the record also where the body is handed through unread", async () => {
    providers.b.respond = json({ created: 1, data: [] });
    const reply = await gateway.post("/v1/images/generations", images, { "x-provider": "b" });
    expect((await gateway.recordOf(reply)).plan).toEqual({
      matched: "the provider that is named",
      targets: [{ provider: "b", model: "only-b", wire: "openai-chat", reason: "the header x-provider" }],
      leftOut: [],
      leftOutMore: 0,
      variant: null,
    });
    const planned = await gateway.post("/v1/images/generations", images);
    expect((await gateway.recordOf(planned)).plan?.matched).toBe("the providers that list the model");
  });
});

describe("the plan", () => {
  it("is none for what was refused before it was made", async () => {
    const reply = await gateway.post("/v1/chat/completions", bodyFor("nobody-has-it"));
    expect(reply.status).toBe(404);
    expect((await gateway.recordOf(reply)).plan).toBeNull();
    const told = await explain({ model: "nobody-has-it" });
    expect(told.error?.message).toBe(((await reply.json()) as { error: { message: string } }).error.message);
  });

  it("tells only administrators why others were left out", async () => {
    const { token } = await newUser(gateway, "curious@example.com", "gateway_user");
    const headers = { authorization: `Bearer ${token}` };
    const reply = await gateway.post("/v1/chat/completions", bodyFor("secret-model"), headers);
    const full = await gateway.recordOf(reply);
    expect(full.plan?.leftOut.map(({ why }) => why)).toEqual([expect.stringContaining("nobody-has-this")]);
    const own = await fetch(`${gateway.url}/api/v1/exchanges/${full.requestId}`, { headers });
    expect(((await own.json()) as ExchangeView).plan).toEqual({ ...full.plan, leftOut: [] });
    const question = {
      method: "POST",
      headers: { ...headers, "content-type": "application/json" },
      body: '{"model":"m"}',
    };
    expect((await fetch(`${gateway.url}/api/v1/routes/explain`, question)).status).toBe(403);
  });

  it("puts who has to be left alone last, in words that the explanation has, too", async () => {
    providers.c.respond = json({ error: { message: "slow down" } }, 429, { "retry-after": "600" });
    expect(await ask(bodyFor("fallback"))).toMatchObject({ provider: "a", outcome: "completed" });
    const told = await explain({ model: "nickname" });
    expect(told).toMatchObject({ resolved: "fallback", policy: { attempts: 4, resend: false, strict: false } });
    expect(told.plan.targets.map(({ provider }) => provider)).toEqual(["a", "c"]);
    expect(told.plan.targets[1]?.reason).toContain("not now: ");
    expect(told.health.find(({ provider }) => provider === "c")?.availableAtUs).toBeGreaterThan(
      told.atUs + 500_000_000,
    );
    expect((await ask(bodyFor("nickname"))).plan).toEqual(told.plan);
    await rootClient(gateway).call("resetHealth", { body: {} });
    expect((await explain({ model: "nickname" })).plan.targets[0]?.provider).toBe("c");
  });
});

describe("a question about a request", () => {
  it("is answered for the text or body that it names, in every wire", async () => {
    const first = async (question: BodyOf<"explainRoute">) => (await explain(question)).plan.targets[0]?.provider;
    expect(await first({ model: "content", text: "a zebra" })).toBe("a");
    expect(await first({ model: "content", wire: "anthropic-messages", text: "a horse" })).toBe("b");
    const body = { messages: [{ role: "user", content: "zebra" }], max_tokens: 1 };
    expect(await first({ model: "content", surface: "messages", body })).toBe("a");
    const gemini = { contents: [{ role: "user", parts: [{ text: "zebra" }] }] };
    expect(await first({ model: "content", wire: "gemini-content", body: gemini })).toBe("a");
  });

  it("is refused where it makes no sense", async () => {
    await expect(explain({ model: "m", text: "x", body: {} })).rejects.toMatchObject({ status: 400 });
    await expect(explain({ model: "m", key: "no-such-key" })).rejects.toMatchObject({ status: 404 });
    const secret = `tok_${"x".repeat(40)}`;
    await expect(explain({ model: "m", key: secret })).rejects.not.toMatchObject({
      message: expect.stringContaining(secret),
    });
  });
});
