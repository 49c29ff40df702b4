import type { Usage } from "../../../src-gateway/ir/usage.ts";
import { asArray, asObject, asText, type JsonObject } from "../../../src-gateway/protocols/loose-json.ts";
import { afterLast, chosenFirst, mediaTypeOf } from "./ask.ts";
import { fragments, opening, piece, sseBytes } from "./fragments.ts";
import type { Answer, Ask, Frame, PlayedWire, Thinking } from "./types.ts";

/** Messages as Anthropic speaks it: named events, one block open at a time, a ping after the first block's start. */
export const anthropicMessages: PlayedWire = {
  readAsk(json, { surface }) {
    const body = asObject(json) ?? {};
    const messages = asArray(body["messages"]).map((message) => asObject(message) ?? {});
    const latest = afterLast(messages, (message) => message["role"] === "assistant");
    const blocks = latest.flatMap((message) => asArray(message["content"])).map((block) => asObject(block) ?? {});
    const results = blocks.filter((block) => block["type"] === "tool_result");
    const choice = asObject(body["tool_choice"]);
    const format = asObject(asObject(body["output_config"])?.["format"]) ?? asObject(body["output_format"]);
    return {
      surface,
      model: asText(body["model"]) ?? "",
      stream: body["stream"] === true,
      framing: "sse",
      wantsUsage: true,
      tools: chosenFirst(readTools(body["tools"]), choice?.["type"] === "none" ? "none" : asText(choice?.["name"])),
      toolResults: results.map((block) => textOf(block["content"])),
      schema: format?.["schema"] ?? false,
      images: messages.flatMap((message) => imagesIn(message["content"])),
      prompt: textOf(messages.findLast((message) => message["role"] === "user")?.["content"]),
    };
  },

  encodeWhole(_ask, answer) {
    const said = answer.calls.length > 0 ? answer.calls.map(encodeCall) : [{ type: "text", text: answer.text }];
    return {
      ...head(answer),
      content: [...(answer.thinking ? [encodeThinking(answer.thinking)] : []), ...said],
      stop_reason: stopReason(answer),
      stop_sequence: null,
      usage: encodeUsage(answer.usage),
    };
  },

  encodeStream(_ask, answer) {
    const start = { ...head(answer), content: [], stop_reason: null, stop_sequence: null };
    const usage = encodeUsage(answer.usage);
    const frames: Frame[] = [
      opening(
        event("message_start", { message: { ...start, usage: answer.usage ? { ...usage, output_tokens: 1 } : usage } }),
      ),
    ];
    const said = answer.calls.length > 0 ? answer.calls.map(callDeltas) : [textDeltas(answer.text)];
    for (const [index, block] of [...(answer.thinking ? [thinkingDeltas(answer.thinking)] : []), ...said].entries()) {
      frames.push(piece(event("content_block_start", { index, content_block: block.start })));
      if (index === 0) frames.push(piece(event("ping", {})));
      for (const delta of block.deltas) frames.push(piece(event("content_block_delta", { index, delta })));
      frames.push(piece(event("content_block_stop", { index })));
    }
    if (answer.finish) {
      const delta = { stop_reason: stopReason(answer), stop_sequence: null };
      frames.push(piece(event("message_delta", { delta, usage })), piece(event("message_stop", {})));
    }
    return frames;
  },

  encodeError,
  encodeStreamError: () => event("error", encodeError(529, "Overloaded") as JsonObject),
};

const TYPES: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  402: "billing_error",
  403: "permission_error",
  404: "not_found_error",
  413: "request_too_large",
  429: "rate_limit_error",
  504: "timeout_error",
  529: "overloaded_error",
};

function encodeError(status: number, message: string): unknown {
  return { type: "error", error: { type: TYPES[status] ?? "api_error", message }, request_id: "req_scripted" };
}

const event = (type: string, fields: JsonObject): Buffer => sseBytes({ type, ...fields }, { event: type });

const head = (answer: Answer): JsonObject => ({
  id: `msg_${answer.id}`,
  type: "message",
  role: "assistant",
  model: answer.model,
});

function stopReason(answer: Answer): string | null {
  if (answer.finish === null) return null;
  if (answer.finish === "length") return "max_tokens";
  return answer.calls.length > 0 ? "tool_use" : "end_turn";
}

const encodeCall = (call: Answer["calls"][number]): JsonObject => ({
  type: "tool_use",
  id: `toolu_${call.id}`,
  name: call.name,
  input: call.arguments,
});

const encodeThinking = ({ text, state }: Thinking): JsonObject => ({
  type: "thinking",
  thinking: text,
  signature: state,
});

/** The signature comes in one piece, behind the text. */
const thinkingDeltas = ({ text, state }: Thinking) => ({
  start: encodeThinking({ text: "", state: "" }),
  deltas: [
    ...fragments(text, 12).map((part): JsonObject => ({ type: "thinking_delta", thinking: part })),
    { type: "signature_delta", signature: state },
  ],
});

const textDeltas = (text: string) => ({
  start: { type: "text", text: "" },
  deltas: fragments(text, 12).map((part): JsonObject => ({ type: "text_delta", text: part })),
});

const callDeltas = (call: Answer["calls"][number]) => ({
  start: { ...encodeCall(call), input: {} },
  deltas: ["", ...fragments(JSON.stringify(call.arguments), 5)].map(
    (part): JsonObject => ({ type: "input_json_delta", partial_json: part }),
  ),
});

/** The wire cannot leave usage out, so a provider that reports none reports nothing but nulls. */
function encodeUsage(usage: Usage | null): JsonObject {
  if (!usage) return { input_tokens: null, output_tokens: null };
  return {
    input_tokens: usage.inputUncached,
    cache_creation_input_tokens: usage.cacheWrite5m + usage.cacheWrite1h,
    cache_read_input_tokens: usage.cacheRead,
    cache_creation: { ephemeral_5m_input_tokens: usage.cacheWrite5m, ephemeral_1h_input_tokens: usage.cacheWrite1h },
    output_tokens: usage.output,
    ...(usage.reasoning > 0 ? { output_tokens_details: { thinking_tokens: usage.reasoning } } : {}),
    service_tier: "standard",
  };
}

function readTools(tools: unknown): Ask["tools"] {
  return asArray(tools).flatMap((tool) => {
    const { type, name } = asObject(tool) ?? {};
    // Other types run on the vendor's side, or have schemas that only the vendor knows.
    const isCustom = type === undefined || type === "custom";
    return !isCustom || typeof name !== "string" ? [] : [{ name, schema: asObject(tool)?.["input_schema"] }];
  });
}

function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  return asArray(content)
    .map((block) => asText(asObject(block)?.["text"]) ?? "")
    .join("");
}

/** Images stand in messages, and in what tools gave back. */
function imagesIn(content: unknown): string[] {
  return asArray(content).flatMap((block) => {
    const source = asObject(asObject(block)?.["source"]);
    if (asObject(block)?.["type"] === "tool_result") return imagesIn(asObject(block)?.["content"]);
    if (asObject(block)?.["type"] !== "image") return [];
    return [asText(source?.["media_type"]) ?? mediaTypeOf(asText(source?.["url"]) ?? "")];
  });
}
