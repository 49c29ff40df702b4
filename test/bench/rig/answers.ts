/**
 * What the mock provider answers: one answer of 1.5 KB, and one stream of 200 pieces of text, in the words of each wire; and
 * vectors, where those are asked for.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export const PIECES = 200;
const MODEL = "mock-model";
const WORDS = "the cache keeps its promise while every window of the parser is read again from the start ".split(" ");
const piece = (n: number): string => `${WORDS[n % (WORDS.length - 1)]} `;
const TEXT = Array.from({ length: 180 }, (_, n) => piece(n)).join("");

const chatUsage = {
  prompt_tokens: 1117,
  completion_tokens: 200,
  total_tokens: 1317,
  prompt_tokens_details: { cached_tokens: 1024, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
};
const messageUsage = { input_tokens: 93, cache_read_input_tokens: 1024, cache_creation_input_tokens: 0 };
const responseUsage = {
  input_tokens: 1117,
  input_tokens_details: { cached_tokens: 1024 },
  output_tokens: 200,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 1317,
};
const geminiUsage = {
  promptTokenCount: 1117,
  cachedContentTokenCount: 1024,
  candidatesTokenCount: 200,
  totalTokenCount: 1317,
};

const data = (value: unknown, event?: string): string =>
  `${event === undefined ? "" : `event: ${event}\n`}data: ${JSON.stringify(value)}\n\n`;
const pieces = (event: (text: string, n: number) => string): string =>
  Array.from({ length: PIECES }, (_, n) => event(piece(n), n)).join("");

function chat(): { json: unknown; sse: string } {
  const id = { id: "chatcmpl-Bench0123456789", created: 1_790_000_000, model: MODEL, system_fingerprint: "fp_bench" };
  const chunk = (delta: object, finish: string | null, usage: object | null = null): string =>
    data({
      ...id,
      object: "chat.completion.chunk",
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
      usage,
    });
  return {
    json: {
      ...id,
      object: "chat.completion",
      choices: [
        {
          index: 0,
          message: { role: "assistant", content: TEXT, refusal: null, annotations: [] },
          logprobs: null,
          finish_reason: "stop",
        },
      ],
      usage: chatUsage,
    },
    sse:
      chunk({ role: "assistant", content: "", refusal: null }, null) +
      pieces((content) => chunk({ content }, null)) +
      chunk({}, "stop") +
      data({ ...id, object: "chat.completion.chunk", choices: [], usage: chatUsage }) +
      "data: [DONE]\n\n",
  };
}

function messages(): { json: unknown; sse: string } {
  const message = { id: "msg_bench0123456789", type: "message", role: "assistant", model: MODEL };
  const event = (type: string, rest: object): string => data({ type, ...rest }, type);
  return {
    json: {
      ...message,
      content: [{ type: "text", text: TEXT }],
      stop_reason: "end_turn",
      stop_sequence: null,
      usage: { ...messageUsage, output_tokens: 200 },
    },
    sse:
      event("message_start", {
        message: {
          ...message,
          content: [],
          stop_reason: null,
          stop_sequence: null,
          usage: { ...messageUsage, output_tokens: 1 },
        },
      }) +
      event("content_block_start", { index: 0, content_block: { type: "text", text: "" } }) +
      pieces((text) => event("content_block_delta", { index: 0, delta: { type: "text_delta", text } })) +
      event("content_block_stop", { index: 0 }) +
      event("message_delta", {
        delta: { stop_reason: "end_turn", stop_sequence: null },
        usage: { output_tokens: 200 },
      }) +
      event("message_stop", {}),
  };
}

function responses(): { json: unknown; sse: string } {
  const item = { id: "msg_bench", type: "message", role: "assistant" };
  const part = (text: string): object => ({ type: "output_text", text, annotations: [] });
  const whole = (status: string, output: object[], usage: object | null): object => ({
    id: "resp_bench0123456789",
    object: "response",
    created_at: 1_790_000_000,
    status,
    model: MODEL,
    output,
    usage,
  });
  const done = [{ ...item, status: "completed", content: [part(TEXT)] }];
  const where = { item_id: item.id, output_index: 0, content_index: 0 };
  let number = 0;
  const event = (type: string, rest: object): string => data({ type, sequence_number: number++, ...rest }, type);
  return {
    json: whole("completed", done, responseUsage),
    sse:
      event("response.created", { response: whole("in_progress", [], null) }) +
      event("response.output_item.added", { output_index: 0, item: { ...item, status: "in_progress", content: [] } }) +
      event("response.content_part.added", { ...where, part: part("") }) +
      pieces((delta) => event("response.output_text.delta", { ...where, delta })) +
      event("response.output_text.done", { ...where, text: TEXT }) +
      event("response.content_part.done", { ...where, part: part(TEXT) }) +
      event("response.output_item.done", { output_index: 0, item: done[0] }) +
      event("response.completed", { response: whole("completed", done, responseUsage) }),
  };
}

function gemini(): { json: unknown; sse: string } {
  const answer = (text: string, finish: string | null): object => ({
    candidates: [
      { content: { parts: [{ text }], role: "model" }, index: 0, ...(finish === null ? {} : { finishReason: finish }) },
    ],
    usageMetadata: geminiUsage,
    modelVersion: MODEL,
    responseId: "bench0123456789",
  });
  return {
    json: answer(TEXT, "STOP"),
    sse: pieces((text, n) => data(answer(text, n === PIECES - 1 ? "STOP" : null))),
  };
}

/** 64 of 1,536 numbers, as `text-embedding-3-small` gives them: 2 MB. The same in each run. */
function embeddings(): unknown {
  let state = 1;
  const number = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 36 - 1 / 32;
  };
  const vector = (): number[] => Array.from({ length: 1_536 }, number);
  const vectors = Array.from({ length: 64 }, (_, index) => ({ object: "embedding", index, embedding: vector() }));
  return { object: "list", data: vectors, model: MODEL, usage: { prompt_tokens: 1117, total_tokens: 1117 } };
}

export function writeAnswers(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, { json, sse }] of Object.entries({
    chat: chat(),
    messages: messages(),
    responses: responses(),
    gemini: gemini(),
  })) {
    writeFileSync(join(folder, `${name}.json`), JSON.stringify(json));
    writeFileSync(join(folder, `${name}.sse`), sse);
  }
  writeFileSync(join(folder, "embeddings.json"), JSON.stringify(embeddings()));
}
