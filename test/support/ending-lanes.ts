/**
 * Every client protocol in front of every provider wire, for tests of how exchanges end: what each client asks, what each
 * provider says, piece by piece, and a client on a socket of its own that can leave.
 */
import http, { type ServerResponse } from "node:http";
import type { JsonObject } from "../../src-gateway/ir/json.ts";
import { WIRE_PROTOCOLS, type WireProtocol } from "../../src-gateway/ir/protocol.ts";
import type { RawRequest } from "./raw-provider.ts";

export interface EndingLane {
  client: WireProtocol;
  provider: WireProtocol;
  /** Both in one, for people: `openai-chat to gemini-content`. */
  name: string;
}

export const ENDING_LANES: readonly EndingLane[] = WIRE_PROTOCOLS.flatMap((client) =>
  WIRE_PROTOCOLS.map((provider) => ({ client, provider, name: `${client} to ${provider}` })),
);

/** 1 and 2 dollars per million tokens, in nano-USD per token. */
export const INPUT_NANO = 1_000;
export const OUTPUT_NANO = 2_000;

/** One provider a wire, all at one address, each with a model that is named like its wire. */
export function endingConfig(url: string): { providers: JsonObject[]; prices: JsonObject[] } {
  const instance = (wire: WireProtocol, kind: string, base: string, protocol: string): JsonObject => ({
    id: wire,
    kind,
    base_url: url + base,
    protocols: [protocol],
    models: [wire],
    ...(kind === "gemini" ? { credential: "env:ENDING_KEY" } : {}),
  });
  return {
    providers: [
      instance("openai-chat", "openai-compatible", "/v1", "chat"),
      instance("openai-responses", "openai-compatible", "/v1", "responses"),
      instance("anthropic-messages", "anthropic-compatible", "", "anthropic"),
      instance("gemini-content", "gemini", "/v1beta", "gemini"),
    ],
    prices: WIRE_PROTOCOLS.map((wire) => ({ provider: wire, model: wire, input: "1", output: "2" })),
  };
}

const sse = (json: JsonObject): string => {
  const { type } = json;
  return `${typeof type === "string" ? `event: ${type}\n` : ""}data: ${JSON.stringify(json)}\n\n`;
};
const chunk = (delta: JsonObject, more: JsonObject = {}, finish: string | null = null): string =>
  sse({ model: "m", choices: [{ index: 0, delta, finish_reason: finish }], ...more });
const gemini = (text: string, output: number, more: JsonObject = {}): string =>
  sse({
    candidates: [{ content: { role: "model", parts: [{ text }] }, index: 0, ...more }],
    usageMetadata: { promptTokenCount: 5, candidatesTokenCount: output },
    modelVersion: "m",
  });
const message = { type: "message", role: "assistant", content: [{ type: "output_text", text: "half of it" }] };
const response = { id: "resp_1", object: "response", model: "m", status: "completed", output: [message] };
const claude = { id: "msg_1", type: "message", role: "assistant", model: "m", content: [], stop_reason: null };
const error = { type: "overloaded_error", message: "the provider is out of breath" };

export interface Speech {
  /** A stream, as it begins: with content in it. */
  start: string;
  /** The rest of it. */
  end: string;
  /** An error inside of the stream. */
  error: string;
  whole: JsonObject;
  /** What is known of the usage when only `start` has come: input and output; null where the wire tells it at the end. */
  usageAtStart: [input: number, output: number] | null;
}

/** All of them use 5 tokens of input and 2 of output. */
export const SPEECH: Readonly<Record<WireProtocol, Speech>> = {
  "openai-chat": {
    start: chunk({ role: "assistant", content: "" }) + chunk({ content: "half" }),
    end:
      chunk({ content: " of it" }) +
      chunk({}, {}, "stop") +
      sse({ model: "m", choices: [], usage: { prompt_tokens: 5, completion_tokens: 2 } }) +
      "data: [DONE]\n\n",
    error: sse({ error }),
    whole: {
      model: "m",
      choices: [{ index: 0, message: { role: "assistant", content: "half of it" }, finish_reason: "stop" }],
      usage: { prompt_tokens: 5, completion_tokens: 2 },
    },
    usageAtStart: null,
  },
  "openai-responses": {
    start:
      sse({ type: "response.created", response: { ...response, status: "in_progress", output: [] } }) +
      sse({ type: "response.output_item.added", output_index: 0, item: { ...message, id: "i", content: [] } }) +
      sse({ type: "response.output_text.delta", item_id: "i", output_index: 0, content_index: 0, delta: "half" }),
    end:
      sse({ type: "response.output_text.delta", item_id: "i", output_index: 0, content_index: 0, delta: " of it" }) +
      sse({ type: "response.completed", response: { ...response, usage: { input_tokens: 5, output_tokens: 2 } } }),
    error: sse({ type: "error", error }),
    whole: { ...response, usage: { input_tokens: 5, output_tokens: 2 } },
    usageAtStart: null,
  },
  "anthropic-messages": {
    start:
      sse({ type: "message_start", message: { ...claude, usage: { input_tokens: 5, output_tokens: 1 } } }) +
      sse({ type: "content_block_start", index: 0, content_block: { type: "text", text: "" } }) +
      sse({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "half" } }),
    end:
      sse({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text: " of it" } }) +
      sse({ type: "content_block_stop", index: 0 }) +
      sse({ type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 2 } }) +
      sse({ type: "message_stop" }),
    error: sse({ type: "error", error }),
    whole: {
      ...claude,
      content: [{ type: "text", text: "half of it" }],
      stop_reason: "end_turn",
      usage: { input_tokens: 5, output_tokens: 2 },
    },
    usageAtStart: [5, 1],
  },
  "gemini-content": {
    start: gemini("half", 1),
    end: gemini(" of it", 2, { finishReason: "STOP" }),
    error: sse({ error: { code: 503, status: "UNAVAILABLE", message: error.message } }),
    whole: JSON.parse(gemini("half of it", 2, { finishReason: "STOP" }).slice("data: ".length)) as JsonObject,
    usageAtStart: [5, 1],
  },
};

/** The wire that a request was sent in. */
export function wireOf({ path }: RawRequest): WireProtocol {
  if (path.includes("/chat/completions")) return "openai-chat";
  if (path.includes("/responses")) return "openai-responses";
  return path.includes(":") ? "gemini-content" : "anthropic-messages";
}

/** Writes the first half of a stream. */
export function beginStream(request: RawRequest, reply: ServerResponse, then: () => void = () => {}): void {
  reply.writeHead(200, { "content-type": "text/event-stream" });
  reply.write(SPEECH[wireOf(request)].start, then);
}

export interface EndingClient {
  status: number | null;
  text: string;
  /** How it was for the client. */
  end: "whole" | "broken" | "left";
}

export interface EndingCall {
  /** Resolves when the client has read this. */
  until(text: string): Promise<void>;
  leave(): void;
  over: Promise<EndingClient>;
}

/** A client that asks over a connection of its own. `session` tells its exchange from all others. */
export function callLane(
  { url, key }: { url: string; key: string },
  { client, provider }: EndingLane,
  options: { session: string; stream: boolean; model?: string },
): EndingCall {
  const { path, body } = ask(client, { ...options, model: options.model ?? provider });
  const said: EndingClient = { status: null, text: "", end: "broken" };
  const waiting: { text: string; resolve: () => void }[] = [];
  let request: http.ClientRequest | null = null;
  const over = new Promise<EndingClient>((resolve) => {
    const sending = http.request(
      url + path,
      {
        method: "POST",
        agent: false,
        headers: {
          "content-type": "application/json",
          authorization: `Bearer ${key}`,
          "x-tokligence-session": options.session,
        },
      },
      (reply) => {
        said.status = reply.statusCode ?? null;
        reply.setEncoding("utf8");
        reply.on("data", (text: string) => {
          said.text += text;
          for (const each of waiting) if (said.text.includes(each.text)) each.resolve();
        });
        reply.on("end", () => {
          if (said.end === "broken") said.end = "whole";
        });
        reply.on("error", () => {});
        reply.on("close", () => resolve(said));
      },
    );
    sending.on("error", () => resolve(said));
    sending.end(JSON.stringify(body));
    request = sending;
  });
  return {
    over,
    until: (text) =>
      new Promise((resolve) => {
        if (said.text.includes(text)) resolve();
        else waiting.push({ text, resolve });
      }),
    leave() {
      said.end = "left";
      request?.destroy();
    },
  };
}

function ask(
  client: WireProtocol,
  { model, stream, session }: { model: string; stream: boolean; session: string },
): { path: string; body: JsonObject } {
  // Nobody asks the same twice, so nobody is given another one's answer.
  const content = `say something about ${session}`;
  const messages = [{ role: "user", content }];
  switch (client) {
    case "openai-chat":
      return { path: "/v1/chat/completions", body: { model, stream, messages } };
    case "openai-responses":
      return { path: "/v1/responses", body: { model, stream, input: content } };
    case "anthropic-messages":
      return { path: "/v1/messages", body: { model, stream, max_tokens: 9, messages } };
    case "gemini-content": {
      const method = stream ? "streamGenerateContent?alt=sse" : "generateContent";
      return {
        path: `/v1beta/models/${model}:${method}`,
        body: { contents: [{ role: "user", parts: [{ text: content }] }] },
      };
    }
  }
}
