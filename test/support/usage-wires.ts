/** Answers that say little but how many tokens they took, whole and as streams, and where clients find the numbers. */
import type { JsonObject } from "../../src-gateway/ir/json.ts";
import type { ProviderWire, WireProtocol } from "../../src-gateway/ir/protocol.ts";
import { eventFrame } from "./aws-event-stream.ts";

const json = (value: unknown): string => JSON.stringify(value);
const data = (...chunks: unknown[]): Buffer => Buffer.from(chunks.map((chunk) => `data: ${json(chunk)}\n\n`).join(""));
const MESSAGE = { role: "assistant", content: [{ type: "text", text: "x" }] };
const OUTPUT = [{ type: "message", role: "assistant", content: [{ type: "output_text", text: "x" }] }];
const CANDIDATE = { content: { role: "model", parts: [{ text: "x" }] }, finishReason: "STOP" };

/** A whole answer of the provider with this usage. */
export const WHOLE: Readonly<Record<ProviderWire, (usage: JsonObject) => JsonObject>> = {
  "openai-chat": (usage) => ({
    choices: [{ message: { role: "assistant", content: "x" }, finish_reason: "stop" }],
    usage,
  }),
  "openai-responses": (usage) => ({ status: "completed", output: OUTPUT, usage }),
  "anthropic-messages": (usage) => ({ type: "message", ...MESSAGE, stop_reason: "end_turn", usage }),
  "gemini-content": (usage) => ({ candidates: [CANDIDATE], usageMetadata: usage }),
  "bedrock-converse": (usage) => ({
    output: { message: { role: "assistant", content: [{ text: "x" }] } },
    stopReason: "end_turn",
    usage,
  }),
  "cohere-chat": (usage) => ({ message: MESSAGE, finish_reason: "COMPLETE", usage }),
  "ollama-chat": (usage) => ({
    message: { role: "assistant", content: "x" },
    done: true,
    done_reason: "stop",
    ...usage,
  }),
};

/** The same as a stream, with the usage where the provider says it. */
export const STREAM: Readonly<Record<ProviderWire, (usage: JsonObject) => Buffer>> = {
  "openai-chat": (usage) =>
    Buffer.concat([
      data({ choices: [{ index: 0, delta: { content: "x" } }] }),
      data({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] }, { choices: [], usage }),
      Buffer.from("data: [DONE]\n\n"),
    ]),
  "openai-responses": (usage) =>
    data(
      { type: "response.created", response: { status: "in_progress", output: [] } },
      { type: "response.completed", response: { status: "completed", output: OUTPUT, usage } },
    ),
  // The input is known at the start; the end repeats it now and then, and has the last word on the output.
  "anthropic-messages": ({ output_tokens: output, output_tokens_details: details, ...input }) =>
    data(
      { type: "message_start", message: { role: "assistant", content: [], usage: { ...input, output_tokens: 1 } } },
      { type: "content_block_start", index: 0, content_block: { type: "text", text: "x" } },
      { type: "content_block_stop", index: 0 },
      {
        type: "message_delta",
        delta: { stop_reason: "end_turn" },
        usage: { output_tokens: output, ...(details === undefined ? {} : { output_tokens_details: details }) },
      },
      { type: "message_stop" },
    ),
  // Every chunk says what is known by then.
  "gemini-content": (usage) =>
    data(
      { candidates: [{ content: CANDIDATE.content }], usageMetadata: { ...usage, candidatesTokenCount: 1 } },
      { candidates: [{ finishReason: "STOP" }], usageMetadata: usage },
    ),
  "bedrock-converse": (usage) =>
    Buffer.concat([
      eventFrame("messageStart", { role: "assistant" }),
      eventFrame("contentBlockDelta", { contentBlockIndex: 0, delta: { text: "x" } }),
      eventFrame("contentBlockStop", { contentBlockIndex: 0 }),
      eventFrame("messageStop", { stopReason: "end_turn" }),
      eventFrame("metadata", { usage }),
    ]),
  "cohere-chat": (usage) =>
    data(
      { type: "message-start", id: "1", delta: { message: { role: "assistant" } } },
      { type: "content-start", index: 0, delta: { message: { content: { type: "text", text: "x" } } } },
      { type: "content-end", index: 0 },
      { type: "message-end", delta: { finish_reason: "COMPLETE", usage } },
    ),
  "ollama-chat": (usage) =>
    Buffer.from(
      [
        { message: { role: "assistant", content: "x" }, done: false },
        { message: { role: "assistant", content: "" }, done: true, done_reason: "stop", ...usage },
      ]
        .map((line) => `${json(line)}\n`)
        .join(""),
    ),
};

const numbers = (usage: unknown, ...paths: string[]): number[] =>
  paths.map((path) => {
    const found = path.split(".").reduce<unknown>((at, name) => (at as JsonObject | undefined)?.[name], usage);
    return typeof found === "number" ? found : 0;
  });

/** The numbers that a client reads, in the order in which a table lists them; a missing one is zero. */
export const READ: Readonly<Record<WireProtocol, (answer: JsonObject) => number[]>> = {
  /** Prompt, completion, total, cached, written, reasoning. */
  "openai-chat": ({ usage }) =>
    numbers(
      usage,
      "prompt_tokens",
      "completion_tokens",
      "total_tokens",
      "prompt_tokens_details.cached_tokens",
      "prompt_tokens_details.cache_write_tokens",
      "completion_tokens_details.reasoning_tokens",
    ),
  /** Input, output, total, cached, written, reasoning. */
  "openai-responses": ({ usage, response }) =>
    numbers(
      usage ?? (response as JsonObject | undefined)?.["usage"],
      "input_tokens",
      "output_tokens",
      "total_tokens",
      "input_tokens_details.cached_tokens",
      "input_tokens_details.cache_write_tokens",
      "output_tokens_details.reasoning_tokens",
    ),
  /** Input, written, read, of the written 5 minutes and an hour, output, thinking. */
  "anthropic-messages": ({ usage }) =>
    numbers(
      usage,
      "input_tokens",
      "cache_creation_input_tokens",
      "cache_read_input_tokens",
      "cache_creation.ephemeral_5m_input_tokens",
      "cache_creation.ephemeral_1h_input_tokens",
      "output_tokens",
      "output_tokens_details.thinking_tokens",
    ),
  /** Prompt, candidates, total, cached, thoughts. */
  "gemini-content": ({ usageMetadata }) =>
    numbers(
      usageMetadata,
      "promptTokenCount",
      "candidatesTokenCount",
      "totalTokenCount",
      "cachedContentTokenCount",
      "thoughtsTokenCount",
    ),
};

const USAGE_NAMES = /"(?:usage|usageMetadata)":\{/;

/** The last frame of a stream that reports usage. */
export function lastReport(stream: Buffer): JsonObject {
  const frames = stream.toString().split("\n\n");
  const line = frames.findLast((frame) => USAGE_NAMES.test(frame)) ?? "data: {}";
  return JSON.parse(line.slice(line.indexOf("data: ") + "data: ".length)) as JsonObject;
}
