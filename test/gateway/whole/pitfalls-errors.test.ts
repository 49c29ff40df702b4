/** Failures of a provider that other gateways swallowed, or told in words that a client does not act upon. Numbers: the list of known pitfalls. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  at,
  type Client,
  type Exchanged,
  eventsOf,
  type Json,
  type PitfallGateway,
  startPitfallGateway,
  textAt,
} from "../../support/pitfall-gateway.ts";
import { saidTo } from "../../support/pitfall-said.ts";
import { chunk, claudeBlock, claudeStream, DONE, geminiPiece, user } from "../../support/pitfall-words.ts";

const GPT = "chat/gpt-4.1";
const CLAUDE = "messages/claude-opus-4-8";
const REQUESTS: Readonly<Record<Client, Json>> = {
  chat: { messages: [user("go")] },
  messages: { max_tokens: 100, messages: [user("go")] },
  responses: { input: "go" },
  gemini: { contents: [{ role: "user", parts: [{ text: "go" }] }] },
};
/** A provider of another wire for each client, and what it says before and while it fails. */
const FOREIGN: readonly [Client, string, Json[], Json][] = [
  [
    "messages",
    GPT,
    [chunk({ role: "assistant", content: "" }), chunk({ content: "half" })],
    { error: { message: "overheated", type: "server_error", code: 503 } },
  ],
  [
    "responses",
    GPT,
    [chunk({ role: "assistant", content: "" }), chunk({ content: "half" })],
    { error: { message: "overheated", type: "server_error", code: 503 } },
  ],
  [
    "chat",
    CLAUDE,
    claudeStream(claudeBlock(0, { type: "text", text: "" }, { type: "text_delta", text: "half" }).slice(0, 2)).slice(
      0,
      3,
    ),
    { type: "error", error: { type: "overloaded_error", message: "overheated" } },
  ],
  [
    "gemini",
    GPT,
    [chunk({ content: "" }), chunk({ content: "half" })],
    { error: { message: "overheated", code: 503 } },
  ],
  [
    "chat",
    "gemini/gemini-3-pro",
    [geminiPiece([]), geminiPiece([{ text: "half" }])],
    { error: { code: 503, message: "overheated", status: "UNAVAILABLE" } },
  ],
];

let house: PitfallGateway;
beforeAll(async () => {
  house = await startPitfallGateway();
});
afterAll(() => house.stop());

const streamed = (client: Client, model: string): Promise<Exchanged> =>
  house.ask(client, model, { ...REQUESTS[client], stream: true });
const messageOf = (text: string): string => textAt(JSON.parse(text), "error", "message");

describe.each(FOREIGN)("for a client of %s, a stream of %s", (client, model, [opening = {}, ...content], error) => {
  // 93, 97
  it("that fails before any content is an error and no empty success", async () => {
    house.streams(opening, error);
    const { reply, text } = await streamed(client, model);
    expect(reply.status).toBeGreaterThanOrEqual(500);
    expect(reply.headers.get("content-type")).toContain("json");
    expect(messageOf(text)).toContain("overheated");
    const record = await house.gateway.recordOf(reply);
    // Claude tells in its first frame what it has counted so far, and charges for that.
    const isToldAtOnce = model.startsWith("messages/");
    expect(record).toMatchObject({
      outcome: "failed",
      usageSource: isToldAtOnce ? "provider" : "none",
      usage: { output: isToldAtOnce ? 1 : 0 },
    });
  });

  // 93
  it("that fails in its middle ends in an error and in no end", async () => {
    house.streams(opening, ...content, error);
    const { reply, text } = await streamed(client, model);
    const said = saidTo(client, text);
    expect(said.text).toBe("half");
    expect([said.finish, said.ends]).toEqual(client === "responses" ? ["failed", 1] : ["", 0]);
    expect(text).toContain("overheated");
    const record = await house.gateway.recordOf(reply);
    expect(record.outcome).toBe("failed_midstream");
    // The text of an error is no answer, and nobody counted.
    expect(record.usage.output).toBeLessThanOrEqual(1);
  });

  // 93
  it("that is no stream but an error in a 200 is an error", async () => {
    house.answers({ error: { message: "overheated", type: "server_error", code: "server_error" } });
    const { reply, text } = await streamed(client, model);
    expect(reply.status).toBeGreaterThanOrEqual(400);
    expect(messageOf(text)).toContain("overheated");
  });
});

describe("an error inside of a stream", () => {
  // 94
  it("with empty choices is no usage chunk", async () => {
    house.streams({ id: "", choices: [], error: { message: "overheated", code: 500 } }, DONE);
    expect((await streamed("messages", GPT)).reply.status).toBe(500);
    house.streams(
      chunk({ content: "half" }),
      { id: "", choices: [], usage: null, error: { message: "overheated" } },
      DONE,
    );
    const { text } = await streamed("messages", GPT);
    expect(eventsOf(text).at(-1)).toMatchObject({ type: "error", error: { message: "overheated" } });
  });

  // 96
  it("is response.failed for Codex, with a code that it acts upon", async () => {
    house.streams(chunk({ content: "half" }), {
      error: { message: "Slow down.", type: "rate_limit_error", code: "rate_limit_exceeded" },
    });
    const { text } = await streamed("responses", GPT);
    expect(eventsOf(text).at(-1)).toMatchObject({
      type: "response.failed",
      response: { status: "failed", error: { code: "rate_limit_exceeded", message: "Slow down." } },
    });
    expect(text).toContain("event: response.failed");
    expect(text).not.toContain("event: error");
  });

  // 97
  it("that comes first has the status that it would have had outside", async () => {
    house.streams({ type: "error", error: { type: "invalid_request_error", message: "messages: too many" } });
    const { reply, text } = await streamed("chat", CLAUDE);
    expect(reply.status).toBe(400);
    expect(messageOf(text)).toBe("messages: too many");
    house.streams({
      type: "response.failed",
      response: { status: "failed", error: { code: "rate_limit_exceeded", message: "Slow down." } },
    });
    expect((await streamed("messages", "responses/gpt-5.4")).reply.status).toBe(429);
  });
});

describe("an error of a provider of another wire", () => {
  // 115
  it("may lack its type and its code", async () => {
    house.answers(
      {
        error: { message: "The API deployment for this resource does not exist.", type: null, param: null, code: null },
      },
      404,
    );
    const { reply, text } = await house.ask("messages", GPT, REQUESTS.messages);
    expect(reply.status).toBe(404);
    expect(JSON.parse(text)).toMatchObject({
      type: "error",
      error: { type: "not_found_error", message: "The API deployment for this resource does not exist." },
    });
  });

  it.each<[Client, string, Json, (json: unknown) => unknown, string]>([
    [
      "chat",
      CLAUDE,
      { type: "error", error: { type: "rate_limit_error", message: "Slow down." } },
      (json) => at(json, "error", "code"),
      "rate_limit_exceeded",
    ],
    [
      "messages",
      GPT,
      { error: { message: "Slow down.", type: "requests", code: "rate_limit_exceeded" } },
      (json) => at(json, "error", "type"),
      "rate_limit_error",
    ],
    [
      "gemini",
      GPT,
      { error: { message: "Slow down.", type: "requests", code: "rate_limit_exceeded" } },
      (json) => at(json, "error", "status"),
      "RESOURCE_EXHAUSTED",
    ],
    [
      "responses",
      "gemini/gemini-3-pro",
      { error: { code: 429, message: "Slow down.", status: "RESOURCE_EXHAUSTED" } },
      (json) => at(json, "error", "code"),
      "rate_limit_exceeded",
    ],
  ])("keeps status, time to wait and text for a client of %s of %s", async (client, model, body, word, expected) => {
    // The next request to this provider waits as long as this says.
    house.answers(body, 429, { "retry-after": "2" });
    const { reply, text } = await house.ask(client, model, REQUESTS[client]);
    expect(reply.status).toBe(429);
    expect(reply.headers.get("retry-after")).toBe("2");
    expect(messageOf(text)).toBe("Slow down.");
    expect(word(JSON.parse(text))).toBe(expected);
  });

  it("about the context is told in the words that the client's agent makes room upon", async () => {
    const message = "This model's maximum context length is 128000 tokens. Your messages resulted in 130001 tokens.";
    const tooLong = {
      error: { message, type: "invalid_request_error", param: "messages", code: "context_length_exceeded" },
    };
    house.answers(tooLong, 400);
    const claude = await house.ask("messages", GPT, REQUESTS.messages);
    expect(claude.reply.status).toBe(400);
    expect(messageOf(claude.text)).toBe(`prompt is too long: ${message}`);
    house.answers(
      {
        type: "error",
        error: { type: "invalid_request_error", message: "prompt is too long: 210000 tokens > 200000 maximum" },
      },
      400,
    );
    const codex = await house.ask("responses", CLAUDE, REQUESTS.responses);
    expect(JSON.parse(codex.text)).toMatchObject({ error: { code: "context_length_exceeded" } });
    house.streams(chunk({ content: "half" }), tooLong);
    expect(eventsOf((await streamed("messages", GPT)).text).at(-1)).toMatchObject({
      type: "error",
      error: { message: `prompt is too long: ${message}` },
    });
  });

  it("about the gateway's own key is not told as one of the client's", async () => {
    house.answers({ type: "error", error: { type: "authentication_error", message: "invalid x-api-key" } }, 401);
    const { reply, text } = await house.ask("chat", CLAUDE, REQUESTS.chat);
    expect(reply.status).not.toBe(401);
    expect(text).not.toContain("x-api-key");
  });
});
