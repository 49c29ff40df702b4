/** What happens between a provider's failure and the client's answer. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { json, type RawProvider, type RawRequest, startRawProvider, stream } from "../../support/raw-provider.ts";

let first: RawProvider;
let second: RawProvider;
let gateway: TestGateway;
beforeAll(async () => {
  first = await startRawProvider();
  second = await startRawProvider();
  const instance = (id: string, provider: RawProvider, more: object) => ({
    id,
    kind: "openai-compatible",
    base_url: `${provider.url}/v1`,
    protocols: ["openai-chat"],
    ...more,
  });
  gateway = await startTestGateway({
    env: {
      KEY_1: "sk-one",
      KEY_2: "sk-two",
      KEY_3: "sk-three",
      TOKLIGENCE_MAX_WAIT_MS: "3000",
      TOKLIGENCE_RETRY_BASE_MS: "20",
    },
    config: {
      providers: [
        instance("one", first, { credential: "env:KEY_1", models: ["m"] }),
        instance("two", second, { credential: "env:KEY_2", models: ["n"] }),
        instance("keys", first, {
          credentials: ["env:KEY_1", { id: "big", credential: "env:KEY_2", weight: 3 }, "env:KEY_3"],
          models: ["k"],
        }),
      ],
      routes: [{ match: "both", targets: ["one/m", "two/n"] }],
    },
  });
});
afterAll(async () => {
  await gateway.stop();
  await first.stop();
  await second.stop();
});
beforeEach(async () => {
  for (const provider of [first, second]) {
    provider.requests.length = 0;
    provider.respond = json(OK);
  }
  await gateway.post("/api/v1/health/reset", {});
});

const OK = {
  id: "x",
  object: "chat.completion",
  created: 1,
  model: "m-2026",
  choices: [{ index: 0, message: { role: "assistant", content: "hi" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 },
};
const ask = (model: string, more: object = {}) => ({ model, messages: [{ role: "user", content: "hello" }], ...more });
const chat = (model: string, more: object = {}) => gateway.post("/v1/chat/completions", ask(model, more));
const keyOf = (request: RawRequest): string => String(request.headers["authorization"]).replace("Bearer ", "");

/** Fails so many times, and then answers. */
function failing(times: number, fault: RawProvider["respond"]): RawProvider["respond"] {
  let left = times;
  return (request, response) => (left-- > 0 ? fault : json(OK))(request, response);
}

describe("a provider that fails for a moment", () => {
  it.each([
    ["throttles", json({ error: { message: "slow down" } }, 429)],
    ["is overloaded", json({ error: { message: "busy" } }, 529)],
    ["fails", json({ error: { message: "oops" } }, 500)],
    ["is in conflict", json({ error: { message: "try again" } }, 409)],
    ["reports an error inside a 200", json({ error: { message: "overloaded", type: "overloaded_error" } })],
  ])("and %s is asked again, and every attempt stands on the record", async (_name, fault) => {
    first.respond = failing(2, fault);
    const reply = await chat("m");
    expect(reply.status).toBe(200);
    const { attempts, outcome } = await gateway.recordOf(reply);
    expect(outcome).toBe("completed");
    expect(attempts.map((attempt) => attempt.errorCode === null)).toEqual([false, false, true]);
    expect(attempts[2]?.reason).toContain("try 3");
    expect(first.requests).toHaveLength(3);
  });

  it("is not asked before the time that it named", async () => {
    const slowDown = failing(1, json({ error: { message: "slow down" } }, 429, { "retry-after": "1" }));
    // By the provider's own clock: the record has an attempt end when its answer was read, which may be a little later.
    const askedMs: number[] = [];
    first.respond = (request, response) => {
      askedMs.push(performance.now());
      slowDown(request, response);
    };
    const reply = await chat("m");
    expect(reply.status).toBe(200);
    expect(askedMs).toHaveLength(2);
    expect((askedMs[1] ?? 0) - (askedMs[0] ?? 0)).toBeGreaterThanOrEqual(1_000);
  });

  it("gives way to another one that is ready, without a pause", async () => {
    first.respond = json({ error: { message: "slow down" } }, 429, { "retry-after": "2" });
    const reply = await chat("both");
    expect(reply.status).toBe(200);
    const { attempts, provider } = await gateway.recordOf(reply);
    expect(provider).toBe("two");
    expect((attempts[1]?.startedUs ?? 0) - (attempts[0]?.endedUs ?? 0)).toBeLessThan(1_000_000);
  });

  it("that names a time beyond all patience fails at once, with that time", async () => {
    first.respond = json({ error: { message: "come back tomorrow" } }, 429, { "retry-after": "3600" });
    const reply = await chat("m");
    expect([reply.status, reply.headers.get("retry-after")]).toEqual([429, "3600"]);
    expect(first.requests).toHaveLength(1);
  });

  it.each([400, 401, 403, 404, 413])("is not asked twice after a %i", async (status) => {
    first.respond = json({ error: { message: "no" } }, status);
    await chat("m");
    expect(first.requests).toHaveLength(1);
  });

  it("is asked no more when its client has left during the pause", async () => {
    const asked = first.next();
    first.respond = json({ error: { message: "slow down" } }, 429, { "retry-after": "1" });
    const leaving = new AbortController();
    const reply = fetch(`${gateway.url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${gateway.key}` },
      body: JSON.stringify(ask("m", { user: "leaver" })),
      signal: leaving.signal,
    }).catch(() => null);
    await asked;
    leaving.abort();
    await reply;
    const [record] = await gateway.exchanges(1, ({ outcome }) => outcome === "client_aborted");
    expect(record?.attempts).toHaveLength(1);
    expect(first.requests).toHaveLength(1);
  });

  it("keeps a waiting stream alive, and then answers it", async () => {
    first.respond = (request, response) =>
      first.requests.length === 1
        ? json({ error: { message: "slow down" } }, 429, { "retry-after": "1" })(request, response)
        : stream(
            `data: ${JSON.stringify({ model: "m", choices: [{ index: 0, delta: { role: "assistant", content: "late" } }] })}\n\n`,
            `data: ${JSON.stringify({ model: "m", choices: [{ index: 0, delta: {}, finish_reason: "stop" }] })}\n\n`,
            "data: [DONE]\n\n",
          )(request, response);
    const reply = await chat("m", { stream: true });
    expect(reply.status).toBe(200);
    expect(await reply.text()).toContain("late");
  });
});

describe("several keys of one provider", () => {
  it("share the requests by weight", async () => {
    for (let n = 0; n < 60; n++) await chat("k", { messages: [{ role: "user", content: `conversation ${n}` }] });
    const counts = new Map<string, number>();
    for (const request of first.requests) counts.set(keyOf(request), (counts.get(keyOf(request)) ?? 0) + 1);
    expect([...counts.keys()].sort()).toEqual(["sk-one", "sk-three", "sk-two"]);
    expect(counts.get("sk-two")).toBeGreaterThan(20);
  });

  it("are left alone one by one: an exhausted or refused one poisons no other", async () => {
    first.respond = (request, response) => {
      const answers: Record<string, RawProvider["respond"]> = {
        "sk-one": json({ error: { message: "You exceeded your current quota", code: "insufficient_quota" } }, 429),
        "sk-two": json({ error: { message: "Incorrect API key" } }, 401),
        "sk-three": json(OK),
      };
      answers[keyOf(request)]?.(request, response);
    };
    for (let n = 0; n < 6; n++)
      expect((await chat("k", { messages: [{ role: "user", content: `talk ${n}` }] })).status).toBe(200);
    const asked = first.requests.map(keyOf);
    // Each bad key is found out once, and then left alone.
    expect(asked.filter((key) => key !== "sk-three").length).toBeLessThanOrEqual(2);
  });

  it("keep the turns of a conversation together", async () => {
    for (let talk = 0; talk < 8; talk++) {
      first.requests.length = 0;
      const messages: { role: string; content: string }[] = [{ role: "user", content: `the talk ${talk} begins` }];
      for (let turn = 0; turn < 4; turn++) {
        expect((await chat("k", { messages })).status).toBe(200);
        messages.push({ role: "assistant", content: "hi" }, { role: "user", content: `turn ${turn}` });
      }
      expect(new Set(first.requests.map(keyOf)).size).toBe(1);
    }
  });
});

describe("a refused signature", () => {
  it("is answered by the same request without the thoughts, once, and said", async () => {
    const claude = await startRawProvider();
    const other = await startTestGateway({
      env: { K: "sk" },
      config: {
        providers: [
          {
            id: "claude",
            kind: "anthropic-compatible",
            base_url: claude.url,
            credential: "env:K",
            models: ["claude-x"],
          },
        ],
      },
    });
    try {
      claude.respond = (request, response) =>
        request.body.includes('"signature"')
          ? json(
              {
                type: "error",
                error: {
                  type: "invalid_request_error",
                  message: "messages.1.content.0: Invalid `signature` in `thinking` block",
                },
              },
              400,
            )(request, response)
          : json({
              id: "msg_1",
              type: "message",
              role: "assistant",
              model: "claude-x",
              content: [{ type: "text", text: "hi" }],
              stop_reason: "end_turn",
              stop_sequence: null,
              usage: { input_tokens: 3, output_tokens: 2 },
            })(request, response);
      const reply = await other.post("/v1/messages", {
        model: "claude-x",
        max_tokens: 100,
        messages: [
          { role: "user", content: "hello" },
          {
            role: "assistant",
            content: [
              { type: "thinking", thinking: "…", signature: "ZnJvbS1lbHNld2hlcmU=" },
              { type: "text", text: "hi" },
            ],
          },
          { role: "user", content: "again" },
        ],
      });
      expect(reply.status).toBe(200);
      expect(reply.headers.get("x-tokligence-losses")).toContain("thinking");
      expect(claude.requests).toHaveLength(2);
      expect(claude.requests[1]?.body.toString()).not.toContain("thinking");
    } finally {
      await other.stop();
      await claude.stop();
    }
  });
});
