import { gzipSync, zstdCompressSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { json, type RawProvider, startRawProvider, stream } from "../../support/raw-provider.ts";

let provider: RawProvider;
let gateway: TestGateway;
beforeAll(async () => {
  provider = await startRawProvider();
  gateway = await startTestGateway({
    env: { UPSTREAM_KEY: "sk-upstream-secret" },
    config: {
      providers: [
        {
          id: "chat",
          kind: "openai-compatible",
          base_url: `${provider.url}/v1`,
          credential: "env:UPSTREAM_KEY",
          models: ["m", "other"],
        },
        {
          id: "claude",
          kind: "anthropic-compatible",
          base_url: provider.url,
          credential: "env:UPSTREAM_KEY",
          models: ["c"],
        },
        {
          id: "responses",
          kind: "openai-compatible",
          base_url: `${provider.url}/v1`,
          credential: "env:UPSTREAM_KEY",
          protocols: ["openai-responses"],
          models: ["r"],
        },
        {
          id: "gem",
          kind: "gemini",
          base_url: `${provider.url}/v1beta`,
          credential: "env:UPSTREAM_KEY",
          protocols: ["gemini-content"],
          models: ["g"],
        },
      ],
      aliases: { fast: "m" },
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
  model: "m-2026",
  choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: "hi" } }],
  usage: { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 },
};

describe("a relayed request", () => {
  const odd =
    '{ "temperature" : 1.0,\n "messages":[{"role":"user","content":"\\ud83d\\ude00 \\u00e4","x_unknown":[1e2,12345678901234567890]}] ,"nested":{"model":"no"},"model":"m","zzz":null }\r\n';

  it("arrives byte for byte when nothing has to change", async () => {
    provider.respond = json(CHAT_OK);
    const reply = await gateway.post("/v1/chat/completions", odd);
    expect(reply.status).toBe(200);
    expect(provider.requests[0]?.body.toString()).toBe(odd);
    expect(provider.requests[0]?.path).toBe("/v1/chat/completions");
  });

  it("differs in the model name alone when an alias is asked for", async () => {
    provider.respond = json(CHAT_OK);
    await gateway.post("/v1/chat/completions", odd.replace('"model":"m"', '"model":"fast"'));
    expect(provider.requests[0]?.body.toString()).toBe(odd);
  });

  it("carries the gateway's credential and nothing of the client's", async () => {
    provider.respond = json(CHAT_OK);
    await gateway.post("/v1/chat/completions", odd, {
      cookie: "a=b",
      "x-forwarded-for": "1.2.3.4",
      "x-secret": "no",
      "user-agent": "agent/1",
    });
    const headers = provider.requests[0]?.headers ?? {};
    expect(headers.authorization).toBe("Bearer sk-upstream-secret");
    expect(headers["user-agent"]).toBe("agent/1");
    expect(headers).not.toHaveProperty("cookie");
    expect(headers).not.toHaveProperty("x-forwarded-for");
    expect(headers).not.toHaveProperty("x-secret");
    expect(JSON.stringify(headers)).not.toContain(gateway.key);
  });

  it.each([
    ["gzip", gzipSync],
    ["zstd", zstdCompressSync],
  ])("may be compressed with %s", async (encoding, compress) => {
    provider.respond = json(CHAT_OK);
    const reply = await gateway.post("/v1/chat/completions", compress(Buffer.from(odd)), {
      "content-encoding": encoding,
    });
    expect(reply.status).toBe(200);
    expect(provider.requests[0]?.body.toString()).toBe(odd);
    expect(provider.requests[0]?.headers).not.toHaveProperty("content-encoding");
  });

  it("keeps the provider's answer byte for byte, and meters it", async () => {
    const bytes =
      '{ "id":"x","model":"m-2026" ,"choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":"\\u00e4"}}],"usage":{"prompt_tokens":5,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":3}},"new_field":1.0}';
    provider.respond = (_request, response) => {
      response.writeHead(200, {
        "content-type": "application/json",
        "x-ratelimit-remaining-requests": "9",
        "set-cookie": "no=no",
      });
      response.end(bytes);
    };
    const reply = await gateway.post("/v1/chat/completions", odd);
    expect(await reply.text()).toBe(bytes);
    expect(reply.headers.get("x-ratelimit-remaining-requests")).toBe("9");
    expect(reply.headers.get("set-cookie")).toBeNull();
    expect(await gateway.recordOf(reply)).toMatchObject({
      outcome: "completed",
      provider: "chat",
      modelAsked: "m",
      modelServed: "m-2026",
      finishReason: "stop",
      usageSource: "provider",
      usage: { inputUncached: 2, cacheRead: 3, output: 2 },
    });
  });
});

describe("a relayed stream", () => {
  const chunk = (delta: object, finish: string | null = null) =>
    `data: ${JSON.stringify({ id: "1", object: "chat.completion.chunk", model: "m", choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
  const frames = [
    chunk({ role: "assistant", content: "" }),
    chunk({ content: "Grüße 😀" }),
    ": comment\n\n",
    chunk({}, "stop"),
  ];
  const usage = `data: ${JSON.stringify({ id: "1", model: "m", choices: [], usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 } })}\n\n`;
  const done = "data: [DONE]\n\n";
  const request = (extra: object = {}) => ({
    model: "m",
    messages: [{ role: "user", content: "x" }],
    stream: true,
    ...extra,
  });

  it("asks for usage on behalf of a client that did not, and hides the chunk that carries it", async () => {
    provider.respond = stream(...frames, usage, done);
    const reply = await gateway.post("/v1/chat/completions", request());
    expect(await reply.text()).toBe([...frames, done].join(""));
    expect(JSON.parse(provider.requests[0]?.body.toString() ?? "")).toMatchObject({
      stream_options: { include_usage: true },
    });
    const record = await gateway.recordOf(reply);
    expect(record).toMatchObject({
      outcome: "completed",
      stream: true,
      usage: { inputUncached: 3, output: 4 },
      usageSource: "provider",
    });
    expect(record.firstTokenUs).not.toBeNull();
  });

  it("shows the usage chunk to a client that asked for it, and then changes nothing at all", async () => {
    provider.respond = stream(...frames, usage, done);
    const body = JSON.stringify(request({ stream_options: { include_usage: true } }));
    const reply = await gateway.post("/v1/chat/completions", body);
    expect(await reply.text()).toBe([...frames, usage, done].join(""));
    expect(provider.requests[0]?.body.toString()).toBe(body);
  });

  it.each([
    [{ stream_options: null }, { include_usage: true }],
    [{ stream_options: {} }, { include_usage: true }],
    [{ stream_options: { include_obfuscation: false } }, { include_usage: true, include_obfuscation: false }],
    [{ stream_options: { include_usage: false } }, { include_usage: true }],
  ])("asks for usage inside %j", async (extra, expected) => {
    provider.respond = stream(...frames, usage, done);
    await (await gateway.post("/v1/chat/completions", request(extra))).text();
    expect(JSON.parse(provider.requests[0]?.body.toString() ?? "")).toMatchObject({ stream_options: expected });
  });

  it("is the same however the provider's bytes are cut", async () => {
    const whole = Buffer.from([...frames, usage, done].join(""));
    provider.respond = (_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      let at = 0;
      const next = (): void => {
        if (at >= whole.length) return void response.end();
        response.write(whole.subarray(at, at + 1), next);
        at++;
      };
      next();
    };
    const reply = await gateway.post("/v1/chat/completions", request());
    expect(await reply.text()).toBe([...frames, done].join(""));
  });

  it("goes through unchanged on the other wires", async () => {
    const messages = [
      'event: message_start\ndata: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"c-1","content":[],"usage":{"input_tokens":3,"cache_creation_input_tokens":12304,"cache_read_input_tokens":0,"output_tokens":1}}}\n\n',
      'event: content_block_start\ndata: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}\n\n',
      'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"hi"}}\n\n',
      'event: content_block_stop\ndata: {"type":"content_block_stop","index":0}\n\n',
      'event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":550}}\n\n',
      'event: message_stop\ndata: {"type":"message_stop"}\n\n',
    ];
    provider.respond = stream(...messages);
    const body =
      '{"model":"c","max_tokens":9,"stream":true,"messages":[{"role":"user","content":"x"}],"context_management":{"edits":[]}}';
    const reply = await gateway.post("/v1/messages?beta=true", body, {
      "anthropic-beta": "a,b",
      "anthropic-version": "2023-06-01",
    });
    expect(await reply.text()).toBe(messages.join(""));
    expect(provider.requests[0]).toMatchObject({
      path: "/v1/messages?beta=true",
      headers: { "anthropic-beta": "a,b", "x-api-key": "sk-upstream-secret" },
    });
    expect(provider.requests[0]?.body.toString()).toBe(body);
    expect(await gateway.recordOf(reply)).toMatchObject({
      finishReason: "end_turn",
      modelServed: "c-1",
      usage: { inputUncached: 3, cacheWrite5m: 12304, cacheRead: 0, output: 550 },
    });

    const gemini = [
      'data: {"candidates":[{"content":{"parts":[{"text":"a"}],"role":"model"}}]}\r\n\r\n',
      'data: {"candidates":[{"content":{"parts":[{"text":""}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":4,"candidatesTokenCount":2,"thoughtsTokenCount":5},"modelVersion":"g-1"}\r\n\r\n',
    ];
    provider.respond = stream(...gemini);
    const second = await gateway.post(
      `/v1beta/models/g:streamGenerateContent?key=${gateway.key}&alt=sse`,
      { contents: [] },
      { authorization: "" },
    );
    expect(await second.text()).toBe(gemini.join(""));
    expect(provider.requests[1]?.path).toBe("/v1beta/models/g:streamGenerateContent?alt=sse");
    expect(await gateway.recordOf(second)).toMatchObject({
      finishReason: "STOP",
      usage: { inputUncached: 4, output: 7, reasoning: 5 },
    });

    const responses = [
      'event: response.created\ndata: {"type":"response.created","response":{"id":"r1","status":"in_progress","model":"r-1"}}\n\n',
      'event: response.output_text.delta\ndata: {"type":"response.output_text.delta","delta":"x"}\n\n',
      'event: response.completed\ndata: {"type":"response.completed","response":{"id":"r1","status":"completed","model":"r-1","usage":{"input_tokens":9,"input_tokens_details":{"cached_tokens":4},"output_tokens":3,"output_tokens_details":{"reasoning_tokens":1}}}}\n\n',
    ];
    provider.respond = stream(...responses);
    const third = await gateway.post("/v1/responses", { model: "r", input: "x", stream: true });
    expect(await third.text()).toBe(responses.join(""));
    expect(await gateway.recordOf(third)).toMatchObject({
      finishReason: "completed",
      usage: { inputUncached: 5, cacheRead: 4, output: 3, reasoning: 1 },
    });
  });
});
