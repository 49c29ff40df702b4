/** Providers that clients do not speak like: Bedrock, Vertex, Cohere, Ollama, through a whole gateway. */
import { generateKeyPairSync } from "node:crypto";
import type { ServerResponse } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { eventFrame, exceptionFrame } from "../../support/aws-event-stream.ts";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { json, type RawProvider, type RawRequest, startRawProvider, stream } from "../../support/raw-provider.ts";

let provider: RawProvider;
let gateway: TestGateway;
beforeAll(async () => {
  provider = await startRawProvider();
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const account = {
    type: "service_account",
    client_email: "robot@project.example",
    private_key: privateKey.export({ type: "pkcs8", format: "pem" }),
    token_uri: `${provider.url}/token`,
  };
  const instance = (id: string, kind: string, wire: string, credential: string, base: string, more: object = {}) => ({
    id,
    kind,
    base_url: provider.url + base,
    protocols: [wire],
    credential: `env:${credential}`,
    ...more,
  });
  gateway = await startTestGateway({
    env: {
      AWS: "AKIDEXAMPLE:wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
      GOOGLE: JSON.stringify(account),
      PLAIN: "sk-plain",
    },
    config: {
      providers: [
        instance("bedrock", "bedrock", "bedrock-converse", "AWS", "", {
          models: ["nova"],
          options: { region: "eu-central-1" },
        }),
        instance("vertex", "vertex", "gemini-content", "GOOGLE", "/v1/google", { models: ["gemini-3-pro"] }),
        instance("vertex-claude", "vertex", "anthropic-messages", "GOOGLE", "/v1/anthropic", {
          models: ["claude-opus-4-6"],
        }),
        instance("cohere", "cohere", "cohere-chat", "PLAIN", "", { models: ["command-a"] }),
        instance("ollama", "ollama", "ollama-chat", "PLAIN", "", { models: ["qwen3"] }),
      ],
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

type Json = Record<string, unknown>;
const TOOL = {
  name: "look",
  description: "Looks.",
  input_schema: { type: "object", properties: { at: { type: "string" } } },
};
const messages = (model: string, more: Json = {}) =>
  gateway.post("/v1/messages", {
    model,
    max_tokens: 100,
    messages: [{ role: "user", content: "hello" }],
    tools: [TOOL],
    ...more,
  });
const sent = (): Json => JSON.parse(provider.requests.at(-1)?.body.toString() ?? "null") as Json;
const binary =
  (...frames: Buffer[]) =>
  (_request: RawRequest, response: ServerResponse): void => {
    response.writeHead(200, { "content-type": "application/vnd.amazon.eventstream" });
    for (const frame of frames) response.write(frame);
    response.end();
  };

describe("Bedrock", () => {
  it("is signed for and read frame by frame", async () => {
    provider.respond = binary(
      eventFrame("messageStart", { role: "assistant" }),
      eventFrame("contentBlockDelta", { contentBlockIndex: 0, delta: { text: "grüß dich" } }),
      eventFrame("contentBlockStop", { contentBlockIndex: 0 }),
      eventFrame("contentBlockStart", { contentBlockIndex: 1, start: { toolUse: { toolUseId: "t1", name: "look" } } }),
      eventFrame("contentBlockDelta", { contentBlockIndex: 1, delta: { toolUse: { input: '{"at":"sky"}' } } }),
      eventFrame("contentBlockStop", { contentBlockIndex: 1 }),
      eventFrame("messageStop", { stopReason: "tool_use" }),
      eventFrame("metadata", {
        usage: { inputTokens: 3, outputTokens: 550, cacheWriteInputTokens: 12304, totalTokens: 12857 },
      }),
    );
    const reply = await messages("nova", { stream: true });
    const text = await reply.text();
    expect(text).toContain("grüß dich");
    expect(text).toContain('"partial_json":"{\\"at\\":\\"sky\\"}"');
    expect(text).toContain('"stop_reason":"tool_use"');
    const request = provider.requests[0];
    expect(request?.path).toBe("/model/nova/converse-stream");
    expect(request?.headers["authorization"]).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/bedrock\/aws4_request/,
    );
    expect(request?.body.toString()).not.toContain("wJalr");
    expect((await gateway.recordOf(reply)).usage).toMatchObject({ inputUncached: 3, cacheWrite5m: 12304, output: 550 });
  });

  it("that throttles inside its stream is an error, not an empty answer", async () => {
    provider.respond = binary(exceptionFrame("throttlingException", { message: "slow down" }));
    const reply = await messages("nova", { stream: true });
    expect(reply.status).toBe(429);
    expect(await reply.json()).toMatchObject({ type: "error", error: { type: "rate_limit_error" } });
  });

  it("that sends damaged bytes is an error too", async () => {
    const damaged = Buffer.from(eventFrame("messageStart", { role: "assistant" }));
    damaged[20] = (damaged[20] ?? 0) ^ 0xff;
    provider.respond = binary(damaged);
    expect((await messages("nova", { stream: true })).status).toBe(502);
  });
});

describe("Vertex", () => {
  const answerOf = (body: object) => (request: RawRequest, response: ServerResponse) =>
    request.path === "/token"
      ? json({ access_token: "ya29.token", expires_in: 3600, token_type: "Bearer" })(request, response)
      : json(body)(request, response);

  it("gets a token for the service account once, and Gemini's words", async () => {
    provider.respond = answerOf({
      candidates: [{ content: { role: "model", parts: [{ text: "hi" }] }, finishReason: "STOP" }],
      usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 2, totalTokenCount: 7 },
    });
    for (let n = 0; n < 2; n++) expect((await messages("gemini-3-pro")).status).toBe(200);
    const paths = provider.requests.map((request) => request.path);
    expect(paths).toEqual([
      "/token",
      "/v1/google/models/gemini-3-pro:generateContent",
      "/v1/google/models/gemini-3-pro:generateContent",
    ]);
    expect(provider.requests[1]?.headers["authorization"]).toBe("Bearer ya29.token");
  });

  it("gets Messages with the model in the path and the version in the body", async () => {
    provider.respond = answerOf({
      id: "msg_1",
      type: "message",
      role: "assistant",
      model: "claude-opus-4-6",
      content: [{ type: "text", text: "hi" }],
      stop_reason: "end_turn",
      stop_sequence: null,
      usage: { input_tokens: 3, output_tokens: 2 },
    });
    const reply = await messages("claude-opus-4-6", { future_field: 1 });
    expect(reply.status).toBe(200);
    expect(provider.requests.at(-1)?.path).toBe("/v1/anthropic/models/claude-opus-4-6:rawPredict");
    expect(sent()).toMatchObject({ anthropic_version: "vertex-2023-10-16", future_field: 1 });
    expect(sent()).not.toHaveProperty("model");
  });
});

describe("Cohere and Ollama", () => {
  it("answer a client of Messages from Cohere's named events", async () => {
    const event = (type: string, fields: Json): string =>
      `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
    provider.respond = stream(
      event("message-start", { id: "1", delta: { message: { role: "assistant", content: [] } } }),
      event("content-start", { index: 0, delta: { message: { content: { type: "text", text: "" } } } }),
      event("content-delta", { index: 0, delta: { message: { content: { text: "hello" } } } }),
      event("content-end", { index: 0 }),
      event("message-end", {
        delta: { finish_reason: "COMPLETE", usage: { tokens: { input_tokens: 9, output_tokens: 4 } } },
      }),
    );
    const reply = await messages("command-a", { stream: true });
    expect(await reply.text()).toContain('"text":"hello"');
    expect(provider.requests[0]?.path).toBe("/v2/chat");
    expect((await gateway.recordOf(reply)).usage).toMatchObject({ inputUncached: 9, output: 4 });
  });

  it("answer a client of Messages from Ollama's lines", async () => {
    const line = (fields: Json): string =>
      `${JSON.stringify({ model: "qwen3", created_at: "2026-11-01T00:00:00Z", ...fields })}\n`;
    provider.respond = (_request, response) => {
      response.writeHead(200, { "content-type": "application/x-ndjson" });
      response.write(line({ message: { role: "assistant", content: "hel" }, done: false }));
      response.write(line({ message: { role: "assistant", content: "lo" }, done: false }));
      response.end(
        line({
          message: { role: "assistant", content: "" },
          done: true,
          done_reason: "stop",
          prompt_eval_count: 9,
          eval_count: 4,
        }),
      );
    };
    const reply = await messages("qwen3", { stream: true });
    const text = await reply.text();
    expect(text).toContain('"text":"hel"');
    expect(text).toContain("event: message_stop");
    expect(provider.requests[0]?.path).toBe("/api/chat");
    expect((await gateway.recordOf(reply)).usage).toMatchObject({ inputUncached: 9, output: 4 });
  });
});
