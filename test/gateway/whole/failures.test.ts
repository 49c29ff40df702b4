import type { ServerResponse } from "node:http";
import { connect } from "node:net";
import OpenAI from "openai";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { json, type RawProvider, startRawProvider, stream } from "../../support/raw-provider.ts";

let first: RawProvider;
let second: RawProvider;
let gateway: TestGateway;
beforeAll(async () => {
  first = await startRawProvider();
  second = await startRawProvider();
  gateway = await startTestGateway({
    env: {
      TOKLIGENCE_KEEP_ALIVE_MS: "40",
      TOKLIGENCE_IDLE_TIMEOUT_MS: "1500",
      FIRST_KEY: "sk-first-canary",
      TOKLIGENCE_MAX_BODY_BYTES: "200000",
    },
    config: {
      providers: [
        {
          id: "first",
          kind: "openai-compatible",
          base_url: `${first.url}/v1`,
          credential: "env:FIRST_KEY",
          models: ["m"],
        },
        { id: "second", kind: "openai-compatible", base_url: `${second.url}/v1`, models: ["m2"] },
        { id: "claude", kind: "anthropic-compatible", base_url: first.url, models: ["c"] },
        {
          id: "responses",
          kind: "openai-compatible",
          base_url: `${first.url}/v1`,
          protocols: ["responses"],
          models: ["r"],
        },
        {
          id: "gem",
          kind: "gemini",
          base_url: `${first.url}/v1beta`,
          protocols: ["gemini"],
          credential: "env:FIRST_KEY",
          models: ["g"],
        },
        { id: "nokey", kind: "openai-compatible", base_url: first.url, credential: "env:NOT_SET", models: ["n"] },
        { id: "gone", kind: "openai-compatible", base_url: "http://127.0.0.1:1/v1", models: ["gone"] },
      ],
      routes: [
        {
          match: "both",
          strategy: "fallback",
          targets: [
            { provider: "first", model: "m" },
            { provider: "second", model: "m2" },
          ],
        },
      ],
    },
  });
});
afterAll(async () => {
  await gateway.stop();
  await first.stop();
  await second.stop();
});
beforeEach(() => {
  first.requests.length = 0;
  second.requests.length = 0;
});

const chat = (model: string, extra: object = {}) => ({ model, messages: [{ role: "user", content: "x" }], ...extra });
/** The route sends the model on under another name, and the caller reads its own. */
const asAsked = (frames: string): string => frames.replaceAll('"model":"m"', '"model":"both"');
const piece = (content: string) =>
  `data: ${JSON.stringify({ model: "m", choices: [{ index: 0, delta: { content }, finish_reason: null }] })}\n\n`;
const opening = `data: ${JSON.stringify({ model: "m", choices: [{ index: 0, delta: { role: "assistant", content: "" } }] })}\n\n`;
const ending = 'data: {"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n';

describe("a request that cannot be used", () => {
  const WIRES: [name: string, path: string, body: object, pick: (json: never) => unknown][] = [
    ["chat", "/v1/chat/completions", chat("nope"), (j: { error: { code: string } }) => j.error.code],
    ["responses", "/v1/responses", { model: "nope", input: "x" }, (j: { error: { code: string } }) => j.error.code],
    ["messages", "/v1/messages", { ...chat("nope"), max_tokens: 1 }, (j: { error: { type: string } }) => j.error.type],
    [
      "gemini",
      "/v1beta/models/nope:generateContent",
      { contents: [] },
      (j: { error: { status: string } }) => j.error.status,
    ],
  ];
  it.each(WIRES)("says 404 for an unknown model in the words of %s", async (name, path, body, pick) => {
    const reply = await gateway.post(path, body);
    expect(reply.status).toBe(404);
    expect(pick((await reply.json()) as never)).toBe(
      { chat: "model_not_found", responses: "model_not_found", messages: "not_found_error", gemini: "NOT_FOUND" }[name],
    );
    expect(await gateway.recordOf(reply)).toMatchObject({
      outcome: "refused",
      errorCode: "model_not_found",
      attempts: [],
    });
  });

  it.each([
    ["malformed JSON", "{", 400, "invalid_json"],
    ["a list", "[]", 400, "invalid_json"],
    ["nothing", "", 400, "invalid_json"],
    ["a key that stands twice", '{"model":"m","model":"n","messages":[]}', 400, "invalid_json"],
    ["bottomless nesting", `{"model":"m","messages":${"[".repeat(500)}${"]".repeat(500)}}`, 400, "invalid_json"],
    ["no model", '{"messages":[]}', 400, "invalid_request"],
    ["a model that is no text", '{"model":7,"messages":[]}', 400, "invalid_request"],
    ["messages that are no list", '{"model":"m","messages":"hi"}', 400, "invalid_request"],
    ["a stream flag that is no flag", '{"model":"m","messages":[],"stream":"yes"}', 400, "invalid_request"],
    ["what is too large", JSON.stringify(chat("m", { pad: "x".repeat(200_001) })), 413, "body_too_large"],
  ])("refuses %s, and asks nobody", async (_name, body, status, code) => {
    const reply = await gateway.post("/v1/chat/completions", body);
    expect([reply.status, ((await reply.json()) as { error: { code: string } }).error.code]).toEqual([status, code]);
    expect(first.requests).toHaveLength(0);
    expect(await gateway.recordOf(reply)).toMatchObject({ outcome: "refused", errorCode: code, status });
  });

  it("refuses bytes that are not UTF-8 and content that is not JSON", async () => {
    expect((await gateway.post("/v1/chat/completions", new Uint8Array([0x7b, 0xff, 0x7d]))).status).toBe(400);
    expect((await gateway.post("/v1/chat/completions", "{}", { "content-type": "text/plain" })).status).toBe(415);
  });

  it.each([
    ["no key", {}, 401],
    ["a wrong key", { authorization: "Bearer tok_wrong" }, 401],
    ["a foreign page", { origin: "https://evil.example" }, 403],
  ])("turns %s away", async (_name, headers, status) => {
    const reply = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(chat("loopback")),
    });
    expect(reply.status).toBe(status);
    expect(first.requests).toHaveLength(0);
  });

  it("takes the key in every form that clients use", async () => {
    for (const headers of [
      { authorization: `bearer ${gateway.key}` },
      { "x-api-key": gateway.key },
      { "x-goog-api-key": gateway.key },
    ]) {
      const reply = await fetch(`${gateway.url}/v1/messages`, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify(chat("loopback")),
      });
      expect(reply.status).toBe(200);
    }
    const inQuery = await fetch(`${gateway.url}/v1/models?key=${gateway.key}`);
    expect(await inQuery.json()).toHaveProperty("models");
  });

  it("declines a WebSocket where none is offered, so that clients go on over HTTP", async () => {
    const { port } = new URL(gateway.url);
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(Number(port), "127.0.0.1", () => {
        socket.write(
          "GET /v1/realtime HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: x\r\n\r\n",
        );
      });
      socket.once("data", (data) => resolve(data.toString()));
    });
    expect(answer).toMatch(/^HTTP\/1\.1 426 /);
  });
});

describe("a provider that fails", () => {
  it("has its own error passed on to a client of its wire", async () => {
    first.respond = json(
      { error: { message: "bad tool schema", type: "invalid_request_error", param: "tools", code: null } },
      400,
      { "retry-after": "3" },
    );
    const reply = await gateway.post("/v1/chat/completions", chat("m"));
    expect(reply.status).toBe(400);
    expect(await reply.json()).toEqual({
      error: { message: "bad tool schema", type: "invalid_request_error", param: "tools", code: null },
    });
    expect(await gateway.recordOf(reply)).toMatchObject({
      outcome: "failed",
      errorCode: "invalid_request",
      status: 400,
      attempts: [{ provider: "first", status: 400 }],
    });
  });

  it("does not make the caller's key look wrong when it refuses the gateway's", async () => {
    first.respond = json({ error: { message: "Incorrect API key sk-first-canary" } }, 401);
    const reply = await gateway.post("/v1/chat/completions", chat("m"));
    expect(reply.status).toBe(502);
    const text = await reply.text();
    expect(text).toContain("provider_auth_failed");
    expect(text).not.toContain("canary");
    expect(JSON.stringify(await gateway.recordOf(reply))).not.toContain("canary");
  });

  it("keeps status and retry-after of a rate limit", async () => {
    first.respond = json({ error: { message: "slow down", code: "rate_limit_exceeded" } }, 429, { "retry-after": "7" });
    const reply = await gateway.post("/v1/chat/completions", chat("m"));
    expect([reply.status, reply.headers.get("retry-after")]).toEqual([429, "7"]);
    expect(await gateway.recordOf(reply)).toMatchObject({ errorCode: "rate_limited" });
  });

  it("is told in JSON even when it answers in HTML", async () => {
    first.respond = (_request, response) =>
      response.writeHead(503, { "content-type": "text/html" }).end("<h1>busy</h1>");
    const reply = await gateway.post("/v1/chat/completions", chat("m"));
    expect(reply.status).toBe(503);
    expect(((await reply.json()) as { error: { message: string } }).error.message).toBe("busy");
  });

  it("is told in words when nobody is there, and when its key is missing", async () => {
    const gone = await gateway.post("/v1/chat/completions", chat("gone"));
    expect(gone.status).toBe(502);
    expect(((await gone.json()) as { error: { message: string } }).error.message).toContain("refused");
    const nokey = await gateway.post("/v1/chat/completions", chat("n"));
    expect(nokey.status).toBe(503);
    expect(((await nokey.json()) as { error: { message: string } }).error.message).toContain("env:NOT_SET");
  });

  it.each([
    ["an error", json({ error: { message: "overloaded" } }, 529)],
    ["a refusal of the key", json({ error: "no" }, 401)],
    ["an error inside a 200", json({ error: { message: "overloaded", type: "overloaded_error" } })],
    [
      "an error as the first event",
      stream('data: {"error":{"message":"overloaded","code":"server_is_overloaded"}}\n\n'),
    ],
    ["an error after the handshake", stream(opening, 'data: {"error":{"message":"overloaded"}}\n\n')],
  ])("gives way to the next target after %s, unseen by the caller", async (_name, fault) => {
    first.respond = fault;
    second.respond = stream(opening, piece("from second"), ending);
    const reply = await gateway.post("/v1/chat/completions", chat("both", { stream: true }));
    expect(reply.status).toBe(200);
    // A blank line is the sign of life of a gateway that waits.
    expect((await reply.text()).replace(/^\n+/, "")).toBe(asAsked(opening + piece("from second") + ending));
    const record = await gateway.recordOf(reply);
    expect(record).toMatchObject({ outcome: "completed", provider: "second", modelAsked: "both", modelRouted: "m2" });
    expect(record.attempts.map((attempt) => attempt.errorCode === null)).toEqual([false, true]);
  });

  it("does not send a request again that may have been worked on", async () => {
    second.respond = json({});
    first.respond = (_request, response) => void response.socket?.destroy();
    const reply = await gateway.post("/v1/chat/completions", chat("both"));
    expect(reply.status).toBe(502);
    expect(second.requests).toHaveLength(0);
  });

  it("becomes a real HTTP error when its stream fails before any content", async () => {
    first.respond = stream(
      'data: {"error":{"message":"no such tool","code":"invalid_request_error","type":"invalid_request_error"}}\n\n',
    );
    const reply = await gateway.post("/v1/chat/completions", chat("m", { stream: true }));
    expect(reply.status).toBe(400);
  });
});

describe("a stream that breaks after content", () => {
  it.each([
    [
      "is cut",
      (_request: unknown, response: ServerResponse) => {
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.write(opening + piece("half"), () => response.socket?.destroy());
      },
    ],
    ["ends without its last event", stream(opening, piece("half"))],
    [
      "falls silent",
      (_request: unknown, response: ServerResponse) => {
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.write(opening + piece("half"));
      },
    ],
  ])("is broken off for the caller when it %s", async (_name, fault) => {
    first.respond = fault;
    const reply = await gateway.post("/v1/chat/completions", chat("both", { stream: true }));
    let text = "";
    await expect(
      (async () => {
        for await (const chunk of reply.body as unknown as AsyncIterable<Uint8Array>)
          text += Buffer.from(chunk).toString();
      })(),
    ).rejects.toThrow("terminated");
    expect(text.startsWith(asAsked(opening + piece("half")))).toBe(true);
    expect(text).not.toContain("[DONE]");
    expect(await gateway.recordOf(reply)).toMatchObject({
      outcome: "failed_midstream",
      provider: "first",
      status: 200,
    });
    expect(second.requests).toHaveLength(0);
  });

  it("ends with an error event for Gemini's clients, who would take a broken connection for final", async () => {
    first.respond = stream('data: {"candidates":[{"content":{"parts":[{"text":"half"}]}}]}\r\n\r\n');
    const reply = await gateway.post("/v1beta/models/g:streamGenerateContent?alt=sse", { contents: [] });
    const text = await reply.text();
    expect(text).toMatch(/half[\s\S]*"error":\{"code":502/);
    expect(await gateway.recordOf(reply)).toMatchObject({ outcome: "failed_midstream" });
  });

  it("passes an error event of the provider on as it is", async () => {
    const error = 'data: {"error":{"message":"late overload"}}\n\n';
    first.respond = stream(opening, piece("half"), error);
    const reply = await gateway.post("/v1/chat/completions", chat("m", { stream: true }));
    expect(await reply.text()).toBe(opening + piece("half") + error);
    expect(await gateway.recordOf(reply)).toMatchObject({
      outcome: "failed_midstream",
      errorCode: "provider_error",
      usageSource: "none",
    });
  });
});

describe("a silent provider", () => {
  const SILENT: [name: string, path: string, body: object, sign: RegExp][] = [
    ["chat", "/v1/chat/completions", chat("m", { stream: true }), /"delta":\{\}/],
    ["responses", "/v1/responses", { model: "r", input: "x", stream: true }, /event: keepalive/],
    ["messages", "/v1/messages", { ...chat("c"), max_tokens: 5, stream: true }, /event: ping/],
    ["gemini", "/v1beta/models/g:streamGenerateContent?alt=sse", { contents: [] }, /"text":""/],
  ];
  const HALVES: Record<string, [string, string]> = {
    chat: [opening + piece("a"), ending],
    responses: [
      'event: response.created\ndata: {"type":"response.created","response":{}}\n\nevent: response.output_text.delta\ndata: {"type":"response.output_text.delta","delta":"a"}\n\n',
      'event: response.completed\ndata: {"type":"response.completed","response":{"status":"completed"}}\n\n',
    ],
    messages: [
      'event: message_start\ndata: {"type":"message_start","message":{}}\n\nevent: content_block_start\ndata: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}\n\n',
      'event: message_stop\ndata: {"type":"message_stop"}\n\n',
    ],
    gemini: [
      'data: {"candidates":[{"content":{"parts":[{"text":"a"}]}}]}\n\n',
      'data: {"candidates":[{"finishReason":"STOP"}]}\n\n',
    ],
  };
  it.each(
    SILENT,
  )("does not leave a client of %s without a sign of life, and adds nothing else", async (name, path, body, sign) => {
    const [start, end] = HALVES[name] ?? ["", ""];
    let goOn = (): void => {};
    first.respond = (_request, response) => {
      goOn = () => {
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.write(start);
        goOn = () => response.end(end);
      };
    };
    const reply = await gateway.post(path, body);
    expect(reply.headers.get("content-type")).toContain("text/event-stream");
    let text = "";
    let stage = 0;
    for await (const chunk of reply.body as unknown as AsyncIterable<Uint8Array>) {
      text += Buffer.from(chunk).toString();
      // First sign before any answer, then one in the middle of it.
      if (stage === 0) {
        stage = 1;
        goOn();
      } else if (stage === 1 && text.includes(start) && sign.test(text.slice(text.indexOf(start) + start.length))) {
        stage = 2;
        goOn();
      }
    }
    expect(stage).toBe(2);
    expect(text.indexOf(start)).toBeGreaterThan(0);
    expect(text.endsWith(end)).toBe(true);
    expect(await gateway.recordOf(reply)).toMatchObject({ outcome: "completed" });
  });

  it("is still replaced by the next target after a sign of life has gone out", async () => {
    first.respond = (_request, response) =>
      void signOfLife.then(() => json({ error: { message: "busy" } }, 503)(_request, response));
    let tell = (): void => {};
    const signOfLife = new Promise<void>((resolve) => {
      tell = resolve;
    });
    second.respond = stream(opening, piece("second"), ending);
    const openai = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: gateway.key, maxRetries: 0 });
    const running = openai.chat.completions.stream({ model: "both", messages: [{ role: "user", content: "x" }] });
    await first.next().catch(() => {});
    setTimeout(tell, 100);
    expect(await running.finalContent()).toBe("second");
  });
});

describe("a client that leaves", () => {
  it.each([
    ["before the first byte", { inputUncached: 0, output: 0 }, (response: ServerResponse) => void response],
    [
      "in the middle",
      { inputUncached: 9, output: 1 },
      (response: ServerResponse) => {
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.write(
          opening + piece("half") + 'data: {"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":1}}\n\n',
        );
      },
    ],
  ])("%s stops the provider, and leaves one record", async (name, usage, answer) => {
    const session = `left ${name}`;
    first.respond = (_request, response) => answer(response);
    const leave = new AbortController();
    const arrived = first.next();
    const running = fetch(`${gateway.url}/v1/chat/completions`, {
      method: "POST",
      signal: leave.signal,
      headers: {
        "content-type": "application/json",
        authorization: `Bearer ${gateway.key}`,
        "x-tokligence-session": session,
      },
      body: JSON.stringify(chat("m", { stream: true })),
    }).then((reply) => reply.body?.getReader().read());
    const request = await arrived;
    if (name === "in the middle") await running;
    leave.abort();
    await running.catch(() => {});
    await request.aborted;
    const list = await gateway.exchanges(1, (exchange) => exchange.session === session);
    expect(list).toHaveLength(1);
    expect(list[0]).toMatchObject({ outcome: "client_aborted" });
    expect(list[0]?.usage).toMatchObject(usage);
  });
});
