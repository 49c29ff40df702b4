/** What may go on at once: never more than the limits say, as the provider sees it, and nothing of it is ever lost. */
import type { ServerResponse } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { type RawProvider, type RawRequest, startRawProvider } from "../../support/raw-provider.ts";
import { seeded } from "../../support/simulation/seeded.ts";
import { until } from "../../support/until.ts";

let provider: RawProvider;
beforeAll(async () => {
  provider = await startRawProvider();
});
afterAll(() => provider.stop());
beforeEach(() => {
  provider.requests.length = 0;
});

let tags = 0;
const TAG = /tag-\d+/;
const tagIn = (request: RawRequest): string => TAG.exec(request.body.toString())?.[0] ?? "?";

const bodyOf = (tag: string, more: object = {}): string =>
  JSON.stringify({ model: "m", max_tokens: 9, messages: [{ role: "user", content: tag }], ...more });

/** How much is under way at the provider, and how much was at the most. */
function gauge(weigh: (request: RawRequest) => number = () => 1) {
  const now = new Map<string, number>();
  const most = new Map<string, number>();
  return {
    most: (name = "all") => most.get(name) ?? 0,
    now: (name = "all") => now.get(name) ?? 0,
    watch(request: RawRequest, response: ServerResponse, name = "all"): void {
      const weight = weigh(request);
      const change = (by: number): void => {
        now.set(name, (now.get(name) ?? 0) + by);
        most.set(name, Math.max(most.get(name) ?? 0, now.get(name) ?? 0));
      };
      change(weight);
      // Before the gateway can know that it is over.
      const { end } = response;
      let isOver = false;
      const leave = (): void => {
        if (!isOver) change(-weight);
        isOver = true;
      };
      response.end = (...args: unknown[]) => {
        leave();
        return end.apply(response, args as Parameters<typeof end>);
      };
      response.once("close", leave);
    },
  };
}

function answer(request: RawRequest, response: ServerResponse): void {
  if (request.body.includes('"stream":true')) {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: tagIn(request) } }] })}\n\n`);
    response.end('data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n');
  } else {
    const message = { role: "assistant", content: tagIn(request) };
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ model: "m", choices: [{ index: 0, message, finish_reason: "stop" }] }));
  }
}

const startGateway = (env: Record<string, string>, more: object = {}): Promise<TestGateway> =>
  startTestGateway({
    env: { KEY_A: "sk-a", KEY_B: "sk-b", ...env },
    config: {
      providers: [
        {
          id: "p",
          kind: "openai-compatible",
          base_url: `${provider.url}/v1`,
          protocols: ["openai-chat"],
          models: ["m"],
          ...more,
        },
      ],
    },
  });

/** Requests that the gateway has and has not answered. */
async function openIn(gateway: TestGateway): Promise<number> {
  const reply = await fetch(`${gateway.url}/api/v1/exchanges?limit=1000`, {
    headers: { authorization: `Bearer ${gateway.key}` },
  });
  return ((await reply.json()) as { outcome: string }[]).filter(({ outcome }) => outcome === "open").length;
}

interface Limited {
  name: string;
  env?: Record<string, string>;
  more?: object;
  weigh?: (request: RawRequest) => number;
  /** By what is counted apart. */
  apart?: (request: RawRequest) => string;
  limits: Record<string, number>;
  /** Requests that fill the limits, and the padding of each. */
  full: { count: number; pad: number };
}

const FILL = "x";
const paddingOf = ({ body }: RawRequest): number => /x{3,}/.exec(body.toString())?.[0].length ?? 0;

const LIMITED: readonly Limited[] = [
  {
    name: "requests of the gateway",
    env: { TOKLIGENCE_MAX_IN_FLIGHT: "9" },
    limits: { all: 9 },
    full: { count: 9, pad: 9 },
  },
  {
    name: "bytes of the gateway",
    env: { TOKLIGENCE_MAX_BODY_BYTES: "600000", TOKLIGENCE_MAX_IN_FLIGHT_BYTES: "600000" },
    weigh: paddingOf,
    limits: { all: 600_000 },
    full: { count: 50, pad: 11_500 },
  },
  {
    name: "requests of a provider",
    more: { options: { max_concurrency: 7 } },
    limits: { all: 7 },
    full: { count: 7, pad: 9 },
  },
  {
    name: "requests of each key",
    more: {
      credentials: [
        { id: "a", credential: "env:KEY_A", max_concurrency: 3 },
        { id: "b", credential: "env:KEY_B", max_concurrency: 5 },
      ],
    },
    apart: ({ headers }) => String(headers["authorization"]),
    limits: { "Bearer sk-a": 3, "Bearer sk-b": 5 },
    full: { count: 60, pad: 9 },
  },
];

describe("five hundred requests at once against a limit", () => {
  it.each(LIMITED)("for the $name never exceed it, and leave nothing behind", async (limited) => {
    const { env = {}, more = {}, weigh, apart = () => "all", limits, full } = limited;
    const gateway = await startGateway(env, more);
    const held: (() => void)[] = [];
    try {
      const chance = seeded(7);
      const flow = gauge(weigh);
      const left = new Set<string>();
      let go = (): void => {};
      const allHaveCome = new Promise<void>((resolve) => {
        go = resolve;
      });
      provider.respond = (request, response) => {
        // A place is free when its client has left, a moment before the provider hears of it.
        if (!left.has(tagIn(request))) flow.watch(request, response, apart(request));
        void allHaveCome.then(() => setTimeout(() => answer(request, response), 1 + (request.body.length % 5)));
      };
      const wave = Array.from({ length: 500 }, async (_, n) => {
        const tag = `tag-${++tags}`;
        const pad = FILL.repeat(3 + chance.below(weigh ? 9_000 : 300));
        const leaving = new AbortController();
        const isLeaver = n % 10 === 9;
        if (isLeaver) left.add(tag);
        const reply = fetch(`${gateway.url}/v1/chat/completions`, {
          method: "POST",
          headers: {
            "content-type": "application/json",
            authorization: `Bearer ${gateway.key}`,
            "x-priority": String(n % 10),
          },
          body: bodyOf(tag, { user: pad, stream: n % 3 === 0 }),
          signal: leaving.signal,
        }).then(async (got) => ({ status: got.status, isMine: (await got.text()).includes(tag) }));
        if (!isLeaver) return reply;
        await allHaveCome;
        setTimeout(() => leaving.abort(), chance.below(20));
        await reply.catch(() => null);
        return null;
      });
      await until(async () => (await openIn(gateway)) >= wave.length, 20);
      go();
      const replies = (await Promise.all(wave)).filter((reply) => reply !== null);
      expect(replies).toEqual(replies.map(() => ({ status: 200, isMine: true })));
      for (const [name, limit] of Object.entries(limits)) {
        expect(flow.most(name)).toBeLessThanOrEqual(limit);
        expect(flow.most(name)).toBeGreaterThan(limit * 0.6);
      }
      const counts = Map.groupBy(provider.requests, tagIn);
      expect([...counts.values()].filter((asked) => asked.length > 1)).toEqual([]);
      expect(provider.requests.length).toBeGreaterThanOrEqual(500 - left.size);
      // Who left while waiting was never sent anywhere.
      expect([...left].filter((tag) => !counts.has(tag)).length).toBeGreaterThan(10);

      // Every place is free again: as many as the limit has room for are let in while nobody goes.
      const again = gauge(weigh);
      provider.respond = (request, response) => {
        again.watch(request, response, apart(request));
        held.push(() => answer(request, response));
      };
      const second = Array.from({ length: 2 * full.count }, () =>
        gateway.post("/v1/chat/completions", bodyOf(`tag-${++tags}`, { user: FILL.repeat(full.pad) })),
      );
      const wanted = Object.entries(limits).map(
        ([name, limit]) => [name, Math.min(limit, full.count * (weigh ? full.pad : 1))] as const,
      );
      await until(() => wanted.every(([name, amount]) => again.now(name) >= amount));
      await until(async () => (await openIn(gateway)) >= second.length, 5);
      for (const [name, limit] of Object.entries(limits)) expect(again.most(name)).toBeLessThanOrEqual(limit);
      provider.respond = answer;
      for (const release of held.splice(0)) release();
      const statuses = (await Promise.all(second)).map(({ status }) => status);
      expect(statuses).toEqual(statuses.map(() => 200));
    } finally {
      provider.respond = answer;
      for (const release of held) release();
      await gateway.stop();
    }
  });
});

describe("those who wait", () => {
  let gateway: TestGateway;
  let release: (() => void)[] = [];
  beforeAll(async () => {
    gateway = await startGateway({
      TOKLIGENCE_MAX_IN_FLIGHT: "1",
      TOKLIGENCE_QUEUE_MODE: "strict",
      TOKLIGENCE_MAX_WAITING: "12",
    });
  });
  afterAll(() => gateway.stop());
  beforeEach(() => {
    release = [];
    provider.respond = (request, response) => void release.push(() => answer(request, response));
  });

  const send = (tag: string, headers: Record<string, string> = {}, signal?: AbortSignal): Promise<Response> =>
    fetch(`${gateway.url}/v1/chat/completions`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        authorization: `Bearer ${gateway.key}`,
        "x-tokligence-session": tag,
        ...headers,
      },
      body: bodyOf(tag),
      signal: signal ?? null,
    });
  /** The gateway has it, and it has not been answered. */
  async function hasArrived(tag: string): Promise<void> {
    const headers = { authorization: `Bearer ${gateway.key}` };
    await until(async () => {
      const reply = await fetch(`${gateway.url}/api/v1/exchanges?limit=50`, { headers });
      const list = (await reply.json()) as { session: string | null; outcome: string }[];
      return list.some(({ session, outcome }) => session === tag && outcome === "open");
    }, 5);
  }
  async function releaseAll(count: number): Promise<void> {
    for (let gone = 0; gone < count; gone++) {
      await until(() => release.length > 0);
      release.shift()?.();
    }
  }
  async function sendInTurn(
    headers: Record<string, string>[],
  ): Promise<{ tags: string[]; replies: Promise<Response>[] }> {
    const names: string[] = [];
    const replies: Promise<Response>[] = [];
    for (const each of headers) {
      const tag = `tag-${++tags}`;
      names.push(tag);
      replies.push(send(tag, each));
      await hasArrived(tag);
    }
    return { tags: names, replies };
  }

  it("go in the order of X-Priority, and then of their arrival, and are told their place", async () => {
    const asked = ["5", "9", "0", "5", "P1", "9", "0"];
    const { tags: names, replies } = await sendInTurn([{}, ...asked.map((level) => ({ "x-priority": level }))]);
    await releaseAll(names.length);
    const order = provider.requests
      .map(tagIn)
      .slice(1)
      .map((tag) => asked[names.indexOf(tag) - 1]);
    expect(order).toEqual(["0", "0", "P1", "5", "5", "9", "9"]);
    const places = provider.requests.map(tagIn).map((tag) => names.indexOf(tag));
    // 1 and 4 asked for 5, 3 and 7 for 0, 2 and 6 for 9.
    expect(places).toEqual([0, 3, 7, 5, 1, 4, 2, 6]);
    const positions = (await Promise.all(replies)).map(({ headers }) => headers.get("x-tokligence-queue-position"));
    expect(positions[0]).toBeNull();
    expect(positions.slice(1)).toEqual(positions.slice(1).map(() => expect.stringMatching(/^[1-7]$/)));
    expect([positions[1], positions[3]]).toEqual(["1", "1"]);
  });

  it("have no better priority than their key", async () => {
    const created = await gateway.post("/api/v1/admin/users/1/api-keys", { name: "nightly", scopes: ["priority:8"] });
    const { token } = (await created.json()) as { token: string };
    const nightly = { authorization: `Bearer ${token}`, "x-priority": "0" };
    const { tags: names, replies } = await sendInTurn([{}, nightly, {}]);
    await releaseAll(names.length);
    expect(provider.requests.map(tagIn).map((tag) => names.indexOf(tag))).toEqual([0, 2, 1]);
    for (const reply of await Promise.all(replies)) expect(reply.status).toBe(200);
  });

  it("leave their place to others when they go", async () => {
    const first = send(`tag-${++tags}`);
    await until(() => release.length > 0);
    const leaving = new AbortController();
    const leavers = Array.from({ length: 12 }, () => {
      const tag = `tag-${++tags}`;
      return { tag, reply: send(tag, {}, leaving.signal).catch(() => null) };
    });
    for (const { tag } of leavers) await hasArrived(tag);
    const refused = await send(`tag-${++tags}`);
    expect(refused.status).toBe(503);
    leaving.abort();
    await Promise.all(leavers.map(({ reply }) => reply));
    const left = new Set(leavers.map(({ tag }) => tag));
    const rows = await gateway.exchanges(12, ({ session }) => left.has(session ?? ""));
    expect(rows.map(({ outcome, attempts }) => [outcome, attempts.length])).toEqual(
      leavers.map(() => ["client_aborted", 0]),
    );
    const { replies } = await sendInTurn(Array.from({ length: 12 }, () => ({})));
    await releaseAll(13);
    expect((await Promise.all([first, ...replies])).map(({ status }) => status)).toEqual(
      Array.from({ length: 13 }, () => 200),
    );
    expect(provider.requests.map(tagIn).filter((tag) => left.has(tag))).toEqual([]);
  });
});

describe("those who have waited too long", () => {
  const WIRES: [wire: string, path: string, body: object, status: number, say: (json: never) => unknown][] = [
    ["chat", "/v1/chat/completions", {}, 503, (json: { error: { code: string } }) => json.error.code],
    ["responses", "/v1/responses", { input: "x" }, 503, (json: { error: { code: string } }) => json.error.code],
    ["messages", "/v1/messages", {}, 529, (json: { error: { type: string } }) => json.error.type],
    [
      "gemini",
      "/v1beta/models/m:generateContent",
      { contents: [{ role: "user", parts: [{ text: "x" }] }] },
      503,
      (json: { error: { status: string } }) => json.error.status,
    ],
  ];
  const WORDS: Record<string, string> = { messages: "overloaded_error", gemini: "UNAVAILABLE" };

  it.each([
    ["did not get their turn", { TOKLIGENCE_QUEUE_TIMEOUT_MS: "80" }],
    ["found no room to wait", { TOKLIGENCE_MAX_WAITING: "0" }],
  ])("or %s are told so in their own words, with a time to come back", async (_name, env) => {
    const gateway = await startGateway({ TOKLIGENCE_MAX_IN_FLIGHT: "1", ...env });
    let finish = (): void => {};
    try {
      provider.respond = (request, response) => {
        finish = () => void (response.headersSent || answer(request, response));
      };
      const asked = provider.next();
      const first = gateway.post("/v1/chat/completions", bodyOf(`tag-${++tags}`));
      await asked;
      for (const [wire, path, more, status, say] of WIRES) {
        const reply = await gateway.post(path, bodyOf(`tag-${++tags}`, more));
        expect([wire, reply.status]).toEqual([wire, status]);
        expect(Number(reply.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
        expect(say((await reply.json()) as never)).toBe(WORDS[wire] ?? "server_is_overloaded");
        expect(await gateway.recordOf(reply)).toMatchObject({
          outcome: "refused",
          errorCode: "overloaded",
          attempts: [],
        });
      }
      finish();
      expect((await first).status).toBe(200);
      expect(provider.requests).toHaveLength(1);
    } finally {
      finish();
      await gateway.stop();
    }
  });
});
