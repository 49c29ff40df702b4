import type { WireProtocol } from "../../../src-gateway/ir/protocol.ts";
import type { ScriptedProvider } from "../../fakes/scripted-provider/types.ts";

/** One way to ask the provider: a wire, or a wire in one of its framings. */
export interface CallForm {
  name: string;
  wire: WireProtocol;
  whole: string;
  streamed: string;
  headers(key: string): Record<string, string>;
  body: object;
  /** What ends a stream that is complete. */
  terminal: string;
}

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const gemini = (name: string, query: string, terminal: string): CallForm => ({
  name,
  wire: "gemini-content",
  whole: "/models/gemini-3-pro:generateContent",
  streamed: `/models/gemini-3-pro:streamGenerateContent${query}`,
  headers: (key) => ({ "x-goog-api-key": key }),
  body: { contents: [{ role: "user", parts: [{ text: "hello" }] }] },
  terminal,
});

export const CALL_FORMS: CallForm[] = [
  {
    name: "chat",
    wire: "openai-chat",
    whole: "/chat/completions",
    streamed: "/chat/completions",
    headers: bearer,
    body: {
      model: "gpt-5.4",
      messages: [{ role: "user", content: "hello" }],
      stream_options: { include_usage: true },
    },
    terminal: "data: [DONE]",
  },
  {
    name: "responses",
    wire: "openai-responses",
    whole: "/responses",
    streamed: "/responses",
    headers: bearer,
    body: { model: "gpt-5.4", input: "hello" },
    terminal: "event: response.completed",
  },
  {
    name: "messages",
    wire: "anthropic-messages",
    whole: "/v1/messages",
    streamed: "/v1/messages",
    headers: (key) => ({ "x-api-key": key, "anthropic-version": "2023-06-01" }),
    body: { model: "claude-opus-4-8", max_tokens: 64, messages: [{ role: "user", content: "hello" }] },
    terminal: "event: message_stop",
  },
  gemini("gemini", "?alt=sse", '"finishReason":"STOP"'),
  gemini("gemini as an array", "", '"finishReason": "STOP"'),
];

export interface CallOptions {
  stream?: boolean;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

export function call(provider: ScriptedProvider, form: CallForm, options: CallOptions = {}): Promise<Response> {
  const isGemini = form.wire === "gemini-content";
  const body = options.stream && !isGemini ? { ...form.body, stream: true } : form.body;
  return fetch(provider.baseUrl(form.wire) + (options.stream ? form.streamed : form.whole), {
    method: "POST",
    headers: { "content-type": "application/json", ...(options.headers ?? form.headers(provider.key)) },
    body: JSON.stringify(body),
    ...(options.signal && { signal: options.signal }),
  });
}

/** What came before the body ended, and whether it ended in good order. */
export async function readAll(response: Response): Promise<{ bytes: Buffer; isComplete: boolean }> {
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of response.body ?? []) chunks.push(chunk);
    return { bytes: Buffer.concat(chunks), isComplete: true };
  } catch {
    return { bytes: Buffer.concat(chunks), isComplete: false };
  }
}

/** The answer without what is new in every answer. */
export const withoutIds = (bytes: Buffer): string =>
  bytes
    .toString()
    .replaceAll(/[0-9a-f]{24}/g, "ID")
    .replaceAll(/"created(_at)?":\d+/g, '"created":0');
