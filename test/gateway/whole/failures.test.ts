import type { ServerResponse } from "node:http";
import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { asAsked, chat, ending, opening, piece, useFailureWorld } from "../../support/failure-world.ts";
import { json, stream } from "../../support/raw-provider.ts";

const world = useFailureWorld();

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
    const reply = await world.gateway.post(path, body);
    expect(reply.status).toBe(404);
    expect(pick((await reply.json()) as never)).toBe(
      { chat: "model_not_found", responses: "model_not_found", messages: "not_found_error", gemini: "NOT_FOUND" }[name],
    );
    expect(await world.gateway.recordOf(reply)).toMatchObject({
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
    const reply = await world.gateway.post("/v1/chat/completions", body);
    expect([reply.status, ((await reply.json()) as { error: { code: string } }).error.code]).toEqual([status, code]);
    expect(world.first.requests).toHaveLength(0);
    expect(await world.gateway.recordOf(reply)).toMatchObject({ outcome: "refused", errorCode: code, status });
  });

  it("refuses bytes that are not UTF-8 and content that is not JSON", async () => {
    expect((await world.gateway.post("/v1/chat/completions", new Uint8Array([0x7b, 0xff, 0x7d]))).status).toBe(400);
    expect((await world.gateway.post("/v1/chat/completions", "{}", { "content-type": "text/plain" })).status).toBe(415);
  });

  it.each([
    ["no key", {}, 401],
    ["a wrong key", { authorization: "Bearer tok_wrong" }, 401],
    ["a foreign page", { origin: "https://evil.example" }, 403],
  ])("turns %s away", async (_name, headers, status) => {
    const reply = await fetch(`${world.gateway.url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(chat("loopback")),
    });
    expect(reply.status).toBe(status);
    expect(world.first.requests).toHaveLength(0);
  });

  it("takes the key in every form that clients use", async () => {
    for (const headers of [
      { authorization: `bearer ${world.gateway.key}` },
      { "x-api-key": world.gateway.key },
      { "x-goog-api-key": world.gateway.key },
    ]) {
      const reply = await fetch(`${world.gateway.url}/v1/messages`, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify(chat("loopback")),
      });
      expect(reply.status).toBe(200);
    }
    const inQuery = await fetch(`${world.gateway.url}/v1/models?key=${world.gateway.key}`);
    expect(await inQuery.json()).toHaveProperty("models");
  });

  it("declines a WebSocket where none is offered, so that clients go on over HTTP", async () => {
    const { port } = new URL(world.gateway.url);
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
    world.first.respond = json(
      { error: { message: "bad tool schema", type: "invalid_request_error", param: "tools", code: null } },
      400,
      { "retry-after": "3" },
    );
    const reply = await world.gateway.post("/v1/chat/completions", chat("m"));
    expect(reply.status).toBe(400);
    expect(await reply.json()).toEqual({
      error: { message: "bad tool schema", type: "invalid_request_error", param: "tools", code: null },
    });
    expect(await world.gateway.recordOf(reply)).toMatchObject({
      outcome: "failed",
      errorCode: "invalid_request",
      status: 400,
      attempts: [{ provider: "first", status: 400 }],
    });
  });

  it("does not make the caller's key look wrong when it refuses the gateway's", async () => {
    world.first.respond = json({ error: { message: "Incorrect API key sk-first-canary" } }, 401);
    const reply = await world.gateway.post("/v1/chat/completions", chat("m"));
    expect(reply.status).toBe(502);
    const text = await reply.text();
    expect(text).toContain("provider_auth_failed");
    expect(text).not.toContain("canary");
    expect(JSON.stringify(await world.gateway.recordOf(reply))).not.toContain("canary");
  });

  it("keeps status and retry-after of a rate limit", async () => {
    world.first.respond = json({ error: { message: "slow down", code: "rate_limit_exceeded" } }, 429, {
      // Each further try waits as long as this says.
      "retry-after": "2",
    });
    const reply = await world.gateway.post("/v1/chat/completions", chat("m"));
    expect([reply.status, reply.headers.get("retry-after")]).toEqual([429, "2"]);
    expect(await world.gateway.recordOf(reply)).toMatchObject({ errorCode: "rate_limited" });
  });

  it("is told in JSON even when it answers in HTML", async () => {
    world.first.respond = (_request, response) =>
      response.writeHead(503, { "content-type": "text/html" }).end("<h1>busy</h1>");
    const reply = await world.gateway.post("/v1/chat/completions", chat("m"));
    expect(reply.status).toBe(503);
    expect(((await reply.json()) as { error: { message: string } }).error.message).toBe("busy");
  });

  it("is told in words when nobody is there, and when its key is missing", async () => {
    const gone = await world.gateway.post("/v1/chat/completions", chat("gone"));
    expect(gone.status).toBe(502);
    expect(((await gone.json()) as { error: { message: string } }).error.message).toContain("refused");
    const nokey = await world.gateway.post("/v1/chat/completions", chat("n"));
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
    world.first.respond = fault;
    world.second.respond = stream(opening, piece("from second"), ending);
    const reply = await world.gateway.post("/v1/chat/completions", chat("both", { stream: true }));
    expect(reply.status).toBe(200);
    // A blank line is the sign of life of a gateway that waits.
    expect((await reply.text()).replace(/^\n+/, "")).toBe(asAsked(opening + piece("from second") + ending));
    const record = await world.gateway.recordOf(reply);
    expect(record).toMatchObject({ outcome: "completed", provider: "second", modelAsked: "both", modelRouted: "m2" });
    expect(record.attempts.map((attempt) => attempt.errorCode === null)).toEqual([false, true]);
  });

  it("does not send a request again that may have been worked on", async () => {
    world.second.respond = json({});
    world.first.respond = (_request, response) => void response.socket?.destroy();
    const reply = await world.gateway.post("/v1/chat/completions", chat("both"));
    expect(reply.status).toBe(502);
    expect(world.second.requests).toHaveLength(0);
  });

  it("becomes a real HTTP error when its stream fails before any content", async () => {
    world.first.respond = stream(
      'data: {"error":{"message":"no such tool","code":"invalid_request_error","type":"invalid_request_error"}}\n\n',
    );
    const reply = await world.gateway.post("/v1/chat/completions", chat("m", { stream: true }));
    expect(reply.status).toBe(400);
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
    world.first.respond = (_request, response) => answer(response);
    const leave = new AbortController();
    const arrived = world.first.next();
    const running = fetch(`${world.gateway.url}/v1/chat/completions`, {
      method: "POST",
      signal: leave.signal,
      headers: {
        "content-type": "application/json",
        authorization: `Bearer ${world.gateway.key}`,
        "x-tokligence-session": session,
      },
      body: JSON.stringify(chat("m", { stream: true })),
    }).then((reply) => reply.body?.getReader().read());
    const request = await arrived;
    if (name === "in the middle") await running;
    leave.abort();
    await running.catch(() => {});
    await request.aborted;
    const list = await world.gateway.exchanges(1, (exchange) => exchange.session === session);
    expect(list).toHaveLength(1);
    expect(list[0]).toMatchObject({ outcome: "client_aborted" });
    expect(list[0]?.usage).toMatchObject(usage);
  });
});
