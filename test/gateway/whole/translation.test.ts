/** What a translated exchange keeps, gives back and tells, through a whole gateway. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { json, type RawProvider, startRawProvider, stream } from "../../support/raw-provider.ts";

let provider: RawProvider;
let gateway: TestGateway;
beforeAll(async () => {
  provider = await startRawProvider();
  const instance = (id: string, kind: string, base: string, protocol: string, models: string[]) => ({
    id,
    kind,
    base_url: provider.url + base,
    credential: "env:UPSTREAM_KEY",
    protocols: [protocol],
    models,
  });
  gateway = await startTestGateway({
    env: { UPSTREAM_KEY: "sk-upstream" },
    config: {
      providers: [
        instance("chat", "openai-compatible", "/v1", "openai-chat", ["m"]),
        instance("claude", "anthropic-compatible", "", "anthropic-messages", ["claude-sonnet-4-5", "claude-next"]),
        instance("gem", "gemini", "/v1beta", "gemini-content", ["gemini-3-pro"]),
      ],
      routes: [
        { match: "strict-one", strict: true, targets: [{ provider: "chat", model: "m" }] },
        {
          match: "strict-two",
          strict: true,
          targets: [
            { provider: "chat", model: "m" },
            { provider: "claude", model: "claude-sonnet-4-5" },
          ],
        },
        {
          match: "either",
          targets: [
            { provider: "claude", model: "claude-sonnet-4-5" },
            { provider: "chat", model: "m" },
          ],
        },
      ],
      aliases: { house: "claude-sonnet-4-5" },
    },
  });
});
afterAll(async () => {
  await gateway.stop();
  await provider.stop();
});
beforeEach(() => {
  provider.requests.length = 0;
});

const CHAT_OK = {
  id: "x",
  object: "chat.completion",
  created: 1,
  model: "m-2026",
  choices: [{ index: 0, message: { role: "assistant", content: "hi" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 },
};
const CLAUDE_OK = {
  id: "msg_1",
  type: "message",
  role: "assistant",
  model: "claude-sonnet-4-5-20250929",
  content: [{ type: "text", text: "hi" }],
  stop_reason: "end_turn",
  stop_sequence: null,
  usage: { input_tokens: 3, cache_creation_input_tokens: 12304, cache_read_input_tokens: 0, output_tokens: 550 },
};
type Json = Record<string, unknown>;
const ask = (model: string, more: Json = {}): Json => ({
  model,
  max_tokens: 100,
  messages: [{ role: "user", content: "hello" }],
  ...more,
});
const messages = (body: Json, headers: Record<string, string> = {}) => gateway.post("/v1/messages", body, headers);
const sent = (place = -1): Json => JSON.parse(provider.requests.at(place)?.body.toString() ?? "null") as Json;

describe("losses", () => {
  it("stand in a header, and in the log with a sentence for each", async () => {
    provider.respond = json(CHAT_OK);
    const reply = await messages(
      ask("m", { top_k: 5, mcp_servers: [{ type: "url", url: "https://example.org", name: "notes" }] }),
    );
    expect(reply.status).toBe(200);
    expect(reply.headers.get("x-tokligence-losses")).toBe("dropped=mcp_servers, dropped=top_k");
    const { losses } = await gateway.recordOf(reply);
    expect(losses.map((loss) => [loss.verdict, loss.field])).toEqual([
      ["dropped", "mcp_servers"],
      ["dropped", "top_k"],
    ]);
    expect(losses.every((loss) => loss.note.startsWith(loss.field) && loss.note.endsWith("."))).toBe(true);
    expect(sent()).not.toHaveProperty("top_k");
  });

  it("are none where client and provider speak the same wire, whatever the request holds", async () => {
    provider.respond = json(CLAUDE_OK);
    const reply = await messages(ask("claude-sonnet-4-5", { top_k: 5, future_field: { a: 1 } }));
    expect(reply.headers.get("x-tokligence-losses")).toBeNull();
    expect(sent()).toMatchObject({ top_k: 5, future_field: { a: 1 } });
  });

  it("refuse a strict request, by header and by route, before anything is sent", async () => {
    provider.respond = json(CHAT_OK);
    for (const reply of [
      await messages(ask("m", { top_k: 5 }), { "x-tokligence-strict": "true" }),
      await messages(ask("strict-one", { top_k: 5 })),
    ]) {
      expect(reply.status).toBe(400);
      expect(((await reply.json()) as { error: { message: string } }).error.message).toContain("top_k");
      expect(await gateway.recordOf(reply)).toMatchObject({ errorCode: "translation_refused" });
    }
    expect(provider.requests).toHaveLength(0);
    expect((await messages(ask("strict-one"))).status).toBe(200);
  });

  it("send a strict request on to the next target, where it loses nothing", async () => {
    provider.respond = json(CLAUDE_OK);
    const reply = await messages(ask("strict-two", { top_k: 5 }));
    expect(reply.status).toBe(200);
    expect((await gateway.recordOf(reply)).provider).toBe("claude");
  });

  it("are errors where the meaning would go: a hosted tool alone, a file of another provider, more than one answer", async () => {
    const cases: [string, Json][] = [
      ["tools", { tools: [{ type: "web_search_20250305", name: "web_search" }] }],
      [
        "file",
        { messages: [{ role: "user", content: [{ type: "image", source: { type: "file", file_id: "file_1" } }] }] },
      ],
      ["thread", { thread: { type: "create" } }],
    ];
    for (const [word, change] of cases) {
      const reply = await messages(ask("m", change));
      expect(reply.status).toBe(400);
      expect(JSON.stringify(await reply.json())).toContain(word);
    }
    const many = await gateway.post("/v1/chat/completions", { ...ask("claude-sonnet-4-5"), n: 2 });
    expect(many.status).toBe(400);
    expect(provider.requests).toHaveLength(0);
  });
});

describe("usage", () => {
  it("is the provider's to the last token, in the client's own way of counting", async () => {
    provider.respond = json(CLAUDE_OK);
    const reply = await gateway.post("/v1/chat/completions", ask("claude-sonnet-4-5"));
    const { usage } = (await reply.json()) as { usage: Json };
    expect(usage).toMatchObject({ prompt_tokens: 12307, completion_tokens: 550, total_tokens: 12857 });
    expect((await gateway.recordOf(reply)).usage).toMatchObject({
      inputUncached: 3,
      cacheRead: 0,
      cacheWrite5m: 12304,
      output: 550,
    });
  });
});

const THINKING = "c2lnbmF0dXJlLW9mLWNsYXVkZQ==";
const CLAUDE_CALL = {
  ...CLAUDE_OK,
  content: [
    { type: "thinking", thinking: "I should look.", signature: THINKING },
    { type: "tool_use", id: "toolu_1", name: "look", input: { at: "sky" } },
  ],
  stop_reason: "tool_use",
};
const GEMINI_CALL = {
  candidates: [
    {
      content: {
        role: "model",
        parts: [
          { text: "I should look.", thought: true },
          { functionCall: { name: "look", args: { at: "sky" } }, thoughtSignature: "Z2VtaW5pLXNpZ24=" },
        ],
      },
      finishReason: "STOP",
    },
  ],
  usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 2, totalTokenCount: 7 },
  modelVersion: "gemini-3-pro",
};
const LOOK = {
  name: "look",
  description: "Looks.",
  input_schema: { type: "object", properties: { at: { type: "string" } } },
};
const CHAT_LOOK = { type: "function", function: { name: "look", parameters: LOOK.input_schema } };

describe("thinking", () => {
  it("goes through a native loop byte for byte, cache marks included", async () => {
    const body =
      '{"model":"claude-sonnet-4-5","max_tokens":2000,"thinking":{"type":"enabled","budget_tokens":1024},"messages":' +
      '[{"role":"user","content":[{"type":"text","text":"look","cache_control":{"type":"ephemeral","ttl":"1h"}}]},' +
      `{"role":"assistant","content":[{"type":"thinking","thinking":"I should look.","signature":"${THINKING}"},` +
      '{"type":"tool_use","id":"toolu_1","name":"look","input":{"at":1.0,"n":12345678901234567890}}]},' +
      '{"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","content":"blue"}]}]}';
    provider.respond = json(CLAUDE_OK);
    await gateway.post("/v1/messages", body);
    expect(provider.requests[0]?.body.toString()).toBe(body);
  });

  it("is kept for a client of Chat, which has no place for it, and given back to Claude in front of its call", async () => {
    provider.respond = json(CLAUDE_CALL);
    const request = { ...ask("claude-sonnet-4-5"), max_tokens: 4000, reasoning_effort: "low", tools: [CHAT_LOOK] };
    const first = (await (await gateway.post("/v1/chat/completions", request)).json()) as {
      choices: { message: { tool_calls: { id: string }[] } }[];
    };
    const message = first.choices[0]?.message;
    const id = message?.tool_calls[0]?.id ?? "";
    provider.respond = json(CLAUDE_OK);
    await gateway.post("/v1/chat/completions", {
      ...request,
      messages: [
        { role: "user", content: "hello" },
        { role: "assistant", content: null, tool_calls: message?.tool_calls },
        { role: "tool", tool_call_id: id, content: "blue" },
      ],
    });
    const turns = sent()["messages"] as { content: Json[] }[];
    expect(turns[1]?.content[0]).toEqual({ type: "thinking", thinking: "I should look.", signature: THINKING });
    expect(turns[1]?.content[1]).toMatchObject({ type: "tool_use", id, name: "look", input: { at: "sky" } });
  });

  it("is off for one request when the thoughts before its calls are not known", async () => {
    provider.respond = json(CLAUDE_OK);
    const calls = [{ id: "call_unknown", type: "function", function: { name: "look", arguments: "{}" } }];
    const reply = await gateway.post("/v1/chat/completions", {
      ...ask("claude-sonnet-4-5"),
      reasoning_effort: "high",
      tools: [CHAT_LOOK],
      messages: [
        { role: "user", content: "hello" },
        { role: "assistant", content: null, tool_calls: calls },
        { role: "tool", tool_call_id: "call_unknown", content: "blue" },
      ],
    });
    expect(reply.headers.get("x-tokligence-losses")).toContain("reasoning_effort");
    expect(sent()["thinking"]).toEqual({ type: "disabled" });
  });

  it("of Gemini travels wrapped with a client of Messages, returns to Gemini, and goes nowhere else", async () => {
    provider.respond = json(GEMINI_CALL);
    const request = { ...ask("gemini-3-pro"), tools: [LOOK] };
    const first = (await (await messages(request)).json()) as { content: Json[] };
    expect(first.content.map((block) => block["type"])).toEqual(["thinking", "redacted_thinking", "tool_use"]);
    const turns = [
      { role: "user", content: "hello" },
      { role: "assistant", content: first.content },
      { role: "user", content: [{ type: "tool_result", tool_use_id: first.content[2]?.["id"], content: "blue" }] },
    ];
    await messages({ ...request, messages: turns });
    const contents = sent()["contents"] as { parts: Json[] }[];
    const call = contents[1]?.parts.find((part) => "functionCall" in part);
    expect(call).toMatchObject({ thoughtSignature: "Z2VtaW5pLXNpZ24=" });

    provider.respond = json(CLAUDE_OK);
    const moved = await messages({ ...request, model: "claude-sonnet-4-5", messages: turns });
    expect(moved.status).toBe(200);
    const types = (sent()["messages"] as { content: Json[] }[])[1]?.content.map((block) => block["type"]);
    expect(types).toEqual(["tool_use"]);
    expect(provider.requests.at(-1)?.body.toString()).not.toContain("TKL1");
  });
});

describe("streams", () => {
  const chunk = (delta: Json, finish: string | null = null): string =>
    `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, model: "m-2026", choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;

  it("move to a target of another wire when the first one fails, unseen by the client", async () => {
    provider.respond = (request, response) =>
      request.path.startsWith("/v1/messages")
        ? json({ type: "error", error: { type: "overloaded_error", message: "busy" } }, 529)(request, response)
        : stream(
            chunk({ role: "assistant", content: "" }),
            chunk({ content: "from chat" }),
            chunk({}, "stop"),
            "data: [DONE]\n\n",
          )(request, response);
    const reply = await messages(ask("either", { stream: true }));
    const text = await reply.text();
    expect(text).toContain('"text":"from chat"');
    expect(text).toContain("event: message_stop");
    const record = await gateway.recordOf(reply);
    expect(record).toMatchObject({
      outcome: "completed",
      provider: "chat",
      modelAsked: "either",
      modelServed: "m-2026",
    });
    expect(record.attempts).toHaveLength(2);
  });

  it("are made of a whole answer when the provider does not stream", async () => {
    provider.respond = json(CHAT_OK);
    const reply = await messages(ask("m", { stream: true }));
    expect(reply.headers.get("content-type")).toContain("event-stream");
    const text = await reply.text();
    expect(text).toContain('"text":"hi"');
    expect(text.trimEnd().endsWith('data: {"type":"message_stop"}')).toBe(true);
  });

  it("that fail before any content are an HTTP error in the client's words", async () => {
    provider.respond = stream(
      `data: ${JSON.stringify({ error: { message: "no credit", code: "insufficient_quota" } })}\n\n`,
    );
    const reply = await messages(ask("m", { stream: true }));
    expect(reply.status).toBeGreaterThanOrEqual(400);
    expect(await reply.json()).toMatchObject({
      type: "error",
      error: { message: expect.stringContaining("no credit") },
    });
  });

  it("that break off after content do not end like a success", async () => {
    provider.respond = stream(chunk({ role: "assistant", content: "half" }));
    const reply = await messages(ask("m", { stream: true }));
    await expect(reply.text()).rejects.toThrow("terminated");
    expect(await gateway.recordOf(reply)).toMatchObject({ outcome: "failed_midstream", errorCode: "provider_cut" });
  });
});

describe("the model's name", () => {
  it("comes back as it was asked, in every event, relayed and translated", async () => {
    provider.respond = json(CLAUDE_OK);
    const relayed = (await (await messages(ask("house"))).json()) as Json;
    const translated = (await (await gateway.post("/v1/chat/completions", ask("house"))).json()) as Json;
    expect([relayed["model"], translated["model"]]).toEqual(["house", "house"]);
    const start = { type: "message_start", message: { ...CLAUDE_OK, content: [] } };
    provider.respond = stream(
      `event: message_start\ndata: ${JSON.stringify(start)}\n\n`,
      'event: content_block_start\ndata: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}\n\n',
      'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"{\\"model\\":\\"x\\"}"}}\n\n',
      'event: content_block_stop\ndata: {"type":"content_block_stop","index":0}\n\n',
      'event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":2}}\n\n',
      'event: message_stop\ndata: {"type":"message_stop"}\n\n',
    );
    const text = await (await messages(ask("house", { stream: true }))).text();
    expect(text).toContain('"model":"house"');
    expect(text).not.toContain("claude-sonnet-4-5");
    expect(text).toContain('{\\"model\\":\\"x\\"}');
  });

  it("may carry [1m], which becomes Anthropic's beta", async () => {
    provider.respond = json(CLAUDE_OK);
    const reply = await messages(ask("claude-sonnet-4-5[1m]"), { "anthropic-beta": "other-1" });
    expect(reply.status).toBe(200);
    expect(sent()["model"]).toBe("claude-sonnet-4-5");
    expect(provider.requests.at(-1)?.headers["anthropic-beta"]).toBe("other-1,context-1m-2025-08-07");
  });

  it("is told to a provider of another wire with nothing that only the client's own understands", async () => {
    provider.respond = json(CHAT_OK);
    await messages(ask("m"), {
      "anthropic-beta": "b-1",
      "anthropic-version": "2023-06-01",
      cookie: "a=b",
      "x-api-key": "k",
    });
    const headers: Record<string, unknown> = provider.requests.at(-1)?.headers ?? {};
    expect(Object.keys(headers).filter((name) => /anthropic|cookie|x-api-key/.test(name))).toEqual([]);
    expect(headers["authorization"]).toBe("Bearer sk-upstream");
  });
});
