/**
 * A gateway in front of one raw provider that speaks every wire, for the tests of bugs known from other gateways: they send
 * what a client really sends, and look at what the provider got and at what came back.
 */
import type { ServerResponse } from "node:http";
import { startTestGateway, type TestGateway } from "./gateway.ts";
import { type RawProvider, type RawRequest, startRawProvider } from "./raw-provider.ts";

export type Json = Record<string, unknown>;

/** What a client of each wire asks for, at its usual address. */
const PATHS = {
  chat: () => "/v1/chat/completions",
  responses: () => "/v1/responses",
  messages: () => "/v1/messages",
  gemini: (model: string, streams: boolean) =>
    `/v1beta/models/${encodeURIComponent(model)}:${streams ? "streamGenerateContent?alt=sse" : "generateContent"}`,
} as const;
export type Client = keyof typeof PATHS;

export interface Exchanged {
  /** What the provider was sent; `{}` when it was sent nothing. */
  sent: Json;
  /** The last request as the provider saw it; undefined when there was none. */
  request: RawRequest | undefined;
  reply: Response;
  text: string;
}

export interface PitfallGateway {
  gateway: TestGateway;
  provider: RawProvider;
  /** `model` begins with the provider's id, for example `messages/claude-sonnet-4-5`. */
  ask(client: Client, model: string, body: Json, headers?: Record<string, string>): Promise<Exchanged>;
  /** The next request gets this whole answer. */
  answers(body: unknown, status?: number, headers?: Record<string, string>): void;
  /** The next request gets this stream; an object becomes one event, a string goes out as it is. */
  streams(...events: (Json | string)[]): void;
  stop(): Promise<void>;
}

export async function startPitfallGateway(): Promise<PitfallGateway> {
  const provider = await startRawProvider();
  const instance = (id: string, protocol: string, base: string, more: Json = {}) => ({
    id,
    kind: protocol === "gemini" ? "gemini" : protocol === "anthropic" ? "anthropic-compatible" : "openai-compatible",
    base_url: provider.url + base,
    credential: "env:PITFALL_KEY",
    protocols: [protocol],
    models: [],
    ...more,
  });
  const compat = (...flags: string[]) => ({ options: { compat: flags } });
  const gateway = await startTestGateway({
    // Each request is asked once, and the next one too, however many have failed before.
    env: { PITFALL_KEY: "sk-of-the-gateway", TOKLIGENCE_MAX_ATTEMPTS: "1", TOKLIGENCE_CIRCUIT_FAILURES: "0" },
    config: {
      providers: [
        instance("chat", "chat", "/v1"),
        instance("responses", "responses", "/v1"),
        instance("messages", "anthropic", ""),
        instance("gemini", "gemini", "/v1beta"),
        instance("other-messages", "anthropic", ""),
        instance("other-gemini", "gemini", "/v1beta"),
        instance("deepseek", "chat", "/v1", compat("reasoning-content")),
        instance("mistral", "chat", "/v1", compat("nine-character-call-ids")),
        instance("old", "chat", "/v1", compat("max-tokens", "no-stream-options", "no-response-format")),
        instance("old-gemini", "gemini", "/v1beta", compat("openapi-schema")),
      ],
    },
  });

  const usual = provider.respond;
  let scripted: RawProvider["respond"] | null = null;
  provider.respond = (request, response) => {
    const respond = scripted ?? usualAnswer;
    scripted = null;
    respond(request, response);
  };

  return {
    gateway,
    provider,
    async ask(client, model, body, headers = {}) {
      const before = provider.requests.length;
      const streams = body["stream"] === true;
      const { stream: _, ...bare } = body;
      const named = client === "gemini" ? bare : { model, ...body };
      const reply = await gateway.post(PATHS[client](model, streams), named, headers);
      const text = await reply.text().catch((error: unknown) => `broken off: ${String(error)}`);
      const request = provider.requests.length > before ? provider.requests.at(-1) : undefined;
      return { sent: request ? (JSON.parse(request.body.toString()) as Json) : {}, request, reply, text };
    },
    answers(body, status = 200, headers = {}) {
      scripted = (_request, response) => {
        response.writeHead(status, { "content-type": "application/json", ...headers });
        response.end(JSON.stringify(body));
      };
    },
    streams(...events) {
      scripted = (_request, response) => {
        response.writeHead(200, { "content-type": "text/event-stream" });
        for (const event of events) response.write(typeof event === "string" ? event : sseEvent(event));
        response.end();
      };
    },
    async stop() {
      provider.respond = usual;
      await gateway.stop();
      await provider.stop();
    },
  };
}

/** An event as every wire takes it: named by its type, where it has one. */
export function sseEvent(event: Json): string {
  const type = event["type"];
  return `${typeof type === "string" ? `event: ${type}\n` : ""}data: ${JSON.stringify(event)}\n\n`;
}

/** The data of a stream's events; what is no JSON stays text. */
export const eventsOf = (text: string): Json[] =>
  text
    .split("\n")
    .filter((line) => line.startsWith("data: {"))
    .map((line) => JSON.parse(line.slice("data: ".length)) as Json);

/** One value inside JSON: `at(json, "messages", 0, "role")`; undefined when there is none. A negative number counts from the end. */
export function at(json: unknown, ...path: (string | number)[]): unknown {
  let value = json;
  for (const step of path) {
    if (value === null || typeof value !== "object") return undefined;
    value = Array.isArray(value) && typeof step === "number" ? value.at(step) : (value as Json)[step];
  }
  return value;
}

/** The same for a text; empty when there is none. */
export const textAt = (json: unknown, ...path: (string | number)[]): string => {
  const value = at(json, ...path);
  return typeof value === "string" ? value : "";
};

export const list = (json: unknown, ...path: (string | number)[]): Json[] => {
  const value = at(json, ...path);
  return Array.isArray(value) ? (value as Json[]) : [];
};

/** Says "ok" in the words of whatever wire was asked. */
function usualAnswer(request: RawRequest, response: ServerResponse): void {
  const body = JSON.parse(request.body.toString()) as Json;
  const streams = body["stream"] === true || request.path.includes(":stream");
  const spoken = WORDS.find(([path]) => request.path.includes(path))?.[1];
  if (!spoken) return void response.writeHead(404).end();
  response.writeHead(200, { "content-type": streams ? "text/event-stream" : "application/json" });
  response.end(streams ? spoken.stream : JSON.stringify(spoken.whole));
}

const usage = { input_tokens: 5, output_tokens: 2 };
const message = { id: "msg_1", type: "message", role: "assistant", model: "m", stop_sequence: null };
const responseItem = {
  id: "msg_1",
  type: "message",
  role: "assistant",
  status: "completed",
  content: [{ type: "output_text", text: "ok", annotations: [] }],
};
const response = { id: "resp_1", object: "response", model: "m", created_at: 1, output: [responseItem] };
const chunk = (delta: Json, finish: string | null): Json => ({
  id: "c1",
  object: "chat.completion.chunk",
  created: 1,
  model: "m",
  choices: [{ index: 0, delta, finish_reason: finish }],
});
const gemini = {
  candidates: [{ content: { role: "model", parts: [{ text: "ok" }] }, finishReason: "STOP", index: 0 }],
  usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 2, totalTokenCount: 7 },
  modelVersion: "m",
};

const WORDS: readonly [string, { whole: Json; stream: string }][] = [
  [
    "/chat/completions",
    {
      whole: {
        id: "c1",
        object: "chat.completion",
        created: 1,
        model: "m",
        choices: [{ index: 0, message: { role: "assistant", content: "ok" }, finish_reason: "stop" }],
        usage: { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 },
      },
      stream: `${sseEvent(chunk({ role: "assistant", content: "ok" }, null))}${sseEvent(chunk({}, "stop"))}data: [DONE]\n\n`,
    },
  ],
  [
    "/responses",
    {
      whole: { ...response, status: "completed", usage },
      stream: [
        { type: "response.created", response: { ...response, status: "in_progress", output: [] } },
        { type: "response.output_text.delta", item_id: "msg_1", output_index: 0, content_index: 0, delta: "ok" },
        { type: "response.completed", response: { ...response, status: "completed", usage } },
      ]
        .map(sseEvent)
        .join(""),
    },
  ],
  [
    "/v1/messages",
    {
      whole: { ...message, content: [{ type: "text", text: "ok" }], stop_reason: "end_turn", usage },
      stream: [
        { type: "message_start", message: { ...message, content: [], stop_reason: null, usage } },
        { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
        { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "ok" } },
        { type: "content_block_stop", index: 0 },
        { type: "message_delta", delta: { stop_reason: "end_turn", stop_sequence: null }, usage: { output_tokens: 2 } },
        { type: "message_stop" },
      ]
        .map(sseEvent)
        .join(""),
    },
  ],
  ["/v1beta/models/", { whole: gemini, stream: sseEvent(gemini) }],
];
